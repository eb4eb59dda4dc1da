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
        let ranks = self.count();
        let length = nodes.first().map_or(0, |(_, values)| values.len());
        let outgoing = (0..ranks).map(|rank| Arc::new(packed(said, nodes, part(rank, ranks, length))));
        let incoming = self.swap(outgoing.collect())?;
        let (mut said, mut parts) = (Vec::with_capacity(ranks), Vec::new());
        for (rank, bytes) in incoming.iter().enumerate() {
            let garbled = || RanksError::Garbled { rank, what: "a part of a sum that is cut off".to_owned() };
            let (heard, found) = unpacked(bytes).ok_or_else(garbled)?;
            said.push(heard);
            parts.extend(found);
        }
        let lengths =
            |parts: &[(Node, Vec<f32>)]| parts.windows(2).all(|two| two[0].1.len() == two[1].1.len());
        let whole = match (parts.is_empty(), lengths(&parts)) {
            (true, _) => Some(Vec::new()),
            (false, true) => complete(parts, leaves, added),
            (false, false) => None,
        };
        let rank = self.rank();
        let unfit =
            || RanksError::Garbled { rank, what: "parts of a sum that do not fit together".to_owned() };
        let mut own = Vec::new();
        put(&whole.ok_or_else(unfit)?, &mut own);
        let own = Arc::new(own);
        let all = self.swap(vec![own; ranks])?;
        let mut values = Vec::with_capacity(all.iter().map(|bytes| bytes.len() / 4).sum());
        all.iter().for_each(|bytes| values.extend(numbers(bytes)));
        if !nodes.is_empty() && values.len() != length {
            return Err(unfit());
        }
        Ok(Summed { said, values })
    }
}

/// Nodes, each with its values.
type Nodes = Vec<(Node, Vec<f32>)>;

/// The part of a vector that a rank adds up.
fn part(rank: usize, ranks: usize, length: usize) -> Range<usize> {
    crate::own(rank, ranks, length)
}

fn added(mut left: Vec<f32>, right: Vec<f32>) -> Vec<f32> {
    for (sum, value) in left.iter_mut().zip(&right) {
        *sum += value;
    }
    left
}

/// What was said, the number of nodes, the place of each, and the part of each.
fn packed(said: &[u8], nodes: &[(Node, Vec<f32>)], part: Range<usize>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(16 + said.len() + nodes.len() * (16 + 4 * part.len()));
    put_number(said.len(), &mut bytes);
    bytes.extend(said);
    put_number(nodes.len(), &mut bytes);
    for (node, _) in nodes {
        put_number(node.level as usize, &mut bytes);
        put_number(node.place, &mut bytes);
    }
    for (_, values) in nodes {
        // All are of one length; one that is shorter is found out by whoever reads it.
        put(values.get(part.clone()).unwrap_or_default(), &mut bytes);
    }
    bytes
}

/// What [`packed`] made, if it is whole.
fn unpacked(mut bytes: &[u8]) -> Option<(Vec<u8>, Nodes)> {
    let said = take(&mut bytes)?;
    let said = take_bytes(&mut bytes, said)?.to_vec();
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
    let values = |place: usize| numbers(&bytes[place * each..(place + 1) * each]).collect();
    let nodes = nodes.into_iter().enumerate().map(|(place, node)| (node, values(place))).collect();
    Some((said, nodes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_nothing_else_is() {
        let nodes =
            [(Node { level: 1, place: 3 }, vec![1.0, 2.0, 3.0]), (Node::leaf(9), vec![4.0, 5.0, 6.0])];
        let bytes = packed(b"hello", &nodes, 1..3);
        let (said, found) = unpacked(&bytes).unwrap();
        assert_eq!(said, b"hello");
        assert_eq!(found, [(nodes[0].0, vec![2.0, 3.0]), (nodes[1].0, vec![5.0, 6.0])]);
        for end in 0..bytes.len() {
            // Cut between two numbers of both nodes it is a part of another length.
            let whole = (bytes.len() - end).is_multiple_of(8) && end >= bytes.len() - 16;
            assert_eq!(unpacked(&bytes[..end]).is_some(), whole, "{end} of {}", bytes.len());
        }
        assert!(unpacked(&u64::MAX.to_le_bytes()).is_none());
        let (said, none) = unpacked(&packed(b"", &[], 0..5)).unwrap();
        assert!(said.is_empty() && none.is_empty());
    }
}
