//! Vectors of which only the largest numbers are sent.

use std::sync::Arc;

use crate::bytes::{numbers, put, put_number, take, take_bytes};
use crate::{Ranks, RanksError};

/// Some numbers of a vector; the others are 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sparse {
    /// Where they are, rising.
    places: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// Takes the `count` numbers that are largest without their sign out of `vector`, where 0 is left in their places; of equal ones the first. At least one, and none of
    /// a vector without numbers. A vector has at most 2³² numbers.
    pub fn take_largest(vector: &mut [f32], count: usize) -> Self {
        let count = count.clamp(1, vector.len().max(1)).min(vector.len());
        let mut places: Vec<u32> = (0..vector.len()).map(|place| place as u32).collect();
        let size = |place: &u32| vector[*place as usize].abs();
        if count < places.len() {
            places.select_nth_unstable_by(count - 1, |a, b| size(b).total_cmp(&size(a)).then(a.cmp(b)));
            places.truncate(count);
            places.sort_unstable();
        }
        let values = places.iter().map(|place| std::mem::take(&mut vector[*place as usize])).collect();
        Self { places, values }
    }

    /// How many numbers it has.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Adds it to a vector that is long enough for it.
    pub fn add_to(&self, vector: &mut [f32]) {
        for (place, value) in self.places.iter().zip(&self.values) {
            vector[*place as usize] += value;
        }
    }

    fn put(&self, into: &mut Vec<u8>) {
        put_number(self.len(), into);
        self.places.iter().for_each(|place| into.extend(place.to_le_bytes()));
        put(&self.values, into);
    }

    /// What [`Sparse::put`] wrote, of a vector of so many numbers.
    fn take(bytes: &mut &[u8], length: usize) -> Option<Self> {
        let count = take(bytes)?;
        let places = take_bytes(bytes, count.checked_mul(4)?)?;
        let places: Vec<u32> = places.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect();
        let values = numbers(take_bytes(bytes, 4 * count)?).collect();
        let rise = places.windows(2).all(|two| two[0] < two[1]);
        let fit = places.last().is_none_or(|last| (*last as usize) < length);
        (rise && fit).then_some(Self { places, values })
    }
}

/// Vectors with the shards that they are of.
type OfShards = Vec<(usize, Sparse)>;

impl Ranks {
    /// What ranks have of each shard, `own` of this one: parts of vectors of `length` numbers, in the order of the shards. `said` goes to all ranks beside, and comes back
    /// in their order.
    ///
    /// # Errors
    /// As [`Exchange::swap`](crate::Exchange::swap), and something that cannot be read.
    pub fn gather_sparse(
        &self,
        said: &[u8],
        own: &[(usize, Sparse)],
        length: usize,
    ) -> Result<(Vec<Vec<u8>>, OfShards), RanksError> {
        let mut bytes = Vec::new();
        put_number(said.len(), &mut bytes);
        bytes.extend(said);
        for (shard, sparse) in own {
            put_number(*shard, &mut bytes);
            sparse.put(&mut bytes);
        }
        let (mut heard, mut found) = (Vec::new(), Vec::new());
        let bytes = Arc::new(bytes);
        for (rank, bytes) in self.swap(vec![bytes; self.count()])?.iter().enumerate() {
            let garbled =
                || RanksError::Garbled { rank, what: "parts of vectors that are cut off".to_owned() };
            let (said, of_rank) = unpacked(bytes, length).ok_or_else(garbled)?;
            heard.push(said);
            found.extend(of_rank);
        }
        found.sort_by_key(|(shard, _)| *shard);
        Ok((heard, found))
    }
}

fn unpacked(mut bytes: &[u8], length: usize) -> Option<(Vec<u8>, OfShards)> {
    let said = take(&mut bytes)?;
    let (said, mut found) = (take_bytes(&mut bytes, said)?.to_vec(), Vec::new());
    while !bytes.is_empty() {
        found.push((take(&mut bytes)?, Sparse::take(&mut bytes, length)?));
    }
    Some((said, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_are_taken_and_the_rest_stays() {
        let mut vector = [0.5, -3.0, 2.0, -2.0, 0.0, 1.0];
        let taken = Sparse::take_largest(&mut vector, 2);
        assert_eq!(vector, [0.5, 0.0, 0.0, -2.0, 0.0, 1.0]);
        let mut sum = [1.0; 6];
        taken.add_to(&mut sum);
        assert_eq!(sum, [1.0, -2.0, 3.0, 1.0, 1.0, 1.0]);
        // All of them, one at least, and none of none.
        assert_eq!(Sparse::take_largest(&mut vector, 9).len(), 6);
        assert_eq!(Sparse::take_largest(&mut [1.0, 2.0], 0).values, [2.0]);
        assert!(Sparse::take_largest(&mut [], 3).is_empty());
    }

    #[test]
    fn what_is_cut_or_does_not_fit_is_refused() {
        let mut bytes = Vec::new();
        put_number(0, &mut bytes);
        put_number(4, &mut bytes);
        let sparse = Sparse { places: vec![1, 5], values: vec![0.5, -1.0] };
        sparse.put(&mut bytes);
        assert_eq!(unpacked(&bytes, 6).unwrap(), (Vec::new(), vec![(4, sparse)]));
        assert!(unpacked(&bytes, 5).is_none());
        assert!((0..bytes.len()).filter(|end| *end != 8).all(|end| unpacked(&bytes[..end], 6).is_none()));
    }
}
