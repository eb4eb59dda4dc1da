//! Sums over all shards, the same bits on every rank and for any number of them.

use std::ops::Range;
use std::sync::Arc;

use crate::bytes::{numbers, put, put_number, take, take_bytes};
use crate::{Node, Ranks, RanksError, complete};

/// What [`Ranks::sum`] gives.
#[derive(Debug)]
#[non_exhaustive]
pub struct Summed {
    /// What each rank said beside, in their order.
    pub said: Vec<Vec<u8>>,
    /// The sum at the root of the tree. Empty where no rank has a node.
    pub values: Vec<f32>,
}

impl Ranks {
    /// The sum over all shards of vectors, which every rank gives as far as it could add its own: nodes of a tree with so many `leaves`,
    /// all of one length. `said` goes to all ranks beside.
    ///
    /// Each rank adds up a part of the vector, 1/N of it: it is sent that part of all nodes, and sends its sum to all. Of M numbers a rank
    /// with one node sends 2·M·(N − 1)/N.
    ///
    /// # Errors
    /// As [`Exchange::swap`](crate::Exchange::swap), and [`RanksError::Garbled`] where nodes do not fit together.
    pub fn sum(&self, said: &[u8], nodes: &[(Node, Vec<f32>)], leaves: usize) -> Result<Summed, RanksError> {
        let (rank, ranks) = (self.rank(), self.count());
        let length = nodes.first().map_or(0, |(_, values)| values.len());
        let outgoing = (0..ranks).map(|to| {
            // What stays here is not made into bytes.
            let nodes = if to == rank { &[] } else { nodes };
            self.filled(|bytes| packed(said, nodes, part(to, ranks, length), bytes))
        });
        let incoming = self.swap(outgoing.collect())?;
        let (mut all_said, mut parts) = (Vec::with_capacity(ranks), Vec::new());
        for (from, bytes) in incoming.iter().enumerate() {
            let garbled =
                || RanksError::Garbled { rank: from, what: "a part of a sum that is cut off".to_owned() };
            let (heard, found) = unpacked(bytes).ok_or_else(garbled)?;
            all_said.push(heard.to_vec());
            parts.extend(found);
        }
        let own = part(rank, ranks, length);
        for (node, values) in nodes {
            parts.push((*node, Part::Numbers(values.get(own.clone()).unwrap_or_default())));
        }
        let whole = added(parts, leaves);
        let unfit =
            || RanksError::Garbled { rank, what: "parts of a sum that do not fit together".to_owned() };
        let whole = whole.ok_or_else(unfit)?;
        self.reuse(incoming);
        let sent = self.filled(|bytes| put(&whole, bytes));
        let mut outgoing = vec![sent; ranks];
        outgoing[rank] = Arc::default();
        let all = self.swap(outgoing)?;
        let mut values =
            Vec::with_capacity(whole.len() + all.iter().map(|bytes| bytes.len() / 4).sum::<usize>());
        for (from, bytes) in all.iter().enumerate() {
            if from == rank { values.extend_from_slice(&whole) } else { values.extend(numbers(bytes)) }
        }
        self.reuse(all);
        if !nodes.is_empty() && values.len() != length {
            return Err(unfit());
        }
        Ok(Summed { said: all_said, values })
    }
}

/// The sum of parts of all nodes; `None` where they do not fit together.
fn added(parts: Vec<(Node, Part<'_>)>, leaves: usize) -> Option<Vec<f32>> {
    if parts.is_empty() {
        return Some(Vec::new());
    }
    let alike = parts.windows(2).all(|two| two[0].1.len() == two[1].1.len());
    let sum = alike.then(|| complete(parts, leaves, Part::add)).flatten();
    sum.map(Part::into_sum)
}

/// A part of a node of the tree: where it is, until something is added to it.
enum Part<'a> {
    /// As it came, little end first.
    Bytes(&'a [u8]),
    /// This rank's own.
    Numbers(&'a [f32]),
    Sum(Vec<f32>),
}

impl Part<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len() / 4,
            Self::Numbers(values) => values.len(),
            Self::Sum(values) => values.len(),
        }
    }

    fn into_sum(self) -> Vec<f32> {
        match self {
            Self::Bytes(bytes) => numbers(bytes).collect(),
            Self::Numbers(values) => values.to_vec(),
            Self::Sum(values) => values,
        }
    }

    fn add(self, right: Self) -> Self {
        let mut left = self.into_sum();
        match right {
            Part::Bytes(bytes) => left.iter_mut().zip(numbers(bytes)).for_each(|(sum, value)| *sum += value),
            Part::Numbers(values) => left.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
            Part::Sum(values) => left.iter_mut().zip(values).for_each(|(sum, value)| *sum += value),
        }
        Self::Sum(left)
    }
}

/// The part of a vector that a rank adds up.
fn part(rank: usize, ranks: usize, length: usize) -> Range<usize> {
    crate::own(rank, ranks, length)
}

/// What was said, the number of nodes, the place of each, and the part of each.
fn packed(said: &[u8], nodes: &[(Node, Vec<f32>)], part: Range<usize>, bytes: &mut Vec<u8>) {
    bytes.reserve(16 + said.len() + nodes.len() * (16 + 4 * part.len()));
    put_number(said.len(), bytes);
    bytes.extend(said);
    put_number(nodes.len(), bytes);
    for (node, _) in nodes {
        put_number(node.level as usize, bytes);
        put_number(node.place, bytes);
    }
    for (_, values) in nodes {
        // All are of one length; one that is shorter is found out by whoever reads it.
        put(values.get(part.clone()).unwrap_or_default(), bytes);
    }
}

/// Parts of nodes of the tree.
type Parts<'a> = Vec<(Node, Part<'a>)>;

/// What [`packed`] made, if it is whole.
fn unpacked(mut bytes: &[u8]) -> Option<(&[u8], Parts<'_>)> {
    let said = take(&mut bytes)?;
    let said = take_bytes(&mut bytes, said)?;
    let count = take(&mut bytes)?;
    let mut nodes = Vec::new();
    for _ in 0..count {
        let level = u32::try_from(take(&mut bytes)?).ok()?;
        nodes.push(Node { level, place: take(&mut bytes)? });
    }
    if count == 0 {
        return bytes.is_empty().then_some((said, Vec::new()));
    }
    if !bytes.len().is_multiple_of(4 * count) {
        return None;
    }
    let each = bytes.len() / count;
    let part = |place: usize| Part::Bytes(&bytes[place * each..(place + 1) * each]);
    Some((said, nodes.into_iter().enumerate().map(|(place, node)| (node, part(place))).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_else_is() {
        let nodes =
            [(Node { level: 1, place: 3 }, vec![1.0, 2.0, 3.0]), (Node::leaf(9), vec![4.0, 5.0, 6.0])];
        let mut bytes = Vec::new();
        packed(b"hello", &nodes, 1..3, &mut bytes);
        let (said, found) = unpacked(&bytes).unwrap();
        assert_eq!(said, b"hello");
        let found: Vec<_> = found.into_iter().map(|(node, part)| (node, part.into_sum())).collect();
        assert_eq!(found, [(nodes[0].0, vec![2.0, 3.0]), (nodes[1].0, vec![5.0, 6.0])]);
        for end in 0..bytes.len() {
            // Cut between two numbers of both nodes it is a part of another length.
            let whole = (bytes.len() - end).is_multiple_of(8) && end >= bytes.len() - 16;
            assert_eq!(unpacked(&bytes[..end]).is_some(), whole, "{end} of {}", bytes.len());
        }
        assert!(unpacked(&u64::MAX.to_le_bytes()).is_none());
        bytes.clear();
        packed(b"", &[], 0..5, &mut bytes);
        let (said, none) = unpacked(&bytes).unwrap();
        assert!(said.is_empty() && none.is_empty());
    }
}
