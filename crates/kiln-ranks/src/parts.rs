//! What is known of each shard, on all ranks.

use std::sync::Arc;

use crate::bytes::{put_number, take, take_bytes};
use crate::{Ranks, RanksError};

impl Ranks {
    /// What ranks say of their shards, by the number of the shard: `own` is what this one says of its own. Empty where no rank says
    /// anything, so that ranks which say nothing more go on until all do.
    ///
    /// # Errors
    /// As [`Exchange::swap`](crate::Exchange::swap), and something that cannot be read.
    pub fn gather_shards(&self, own: &[(usize, Vec<f64>)]) -> Result<Vec<(usize, Vec<f64>)>, RanksError> {
        let said = Arc::new(packed(own));
        let all = self.swap(vec![said; self.count()])?;
        let mut found = Vec::new();
        for (rank, bytes) in all.iter().enumerate() {
            let garbled =
                || RanksError::Garbled { rank, what: "numbers of shards that are cut off".to_owned() };
            found.extend(unpacked(bytes).ok_or_else(garbled)?);
        }
        found.sort_by_key(|(shard, _)| *shard);
        Ok(found)
    }
}

fn packed(own: &[(usize, Vec<f64>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (shard, numbers) in own {
        put_number(*shard, &mut bytes);
        put_number(numbers.len(), &mut bytes);
        numbers.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
    }
    bytes
}

/// What [`packed`] made, if it is whole.
fn unpacked(mut bytes: &[u8]) -> Option<Vec<(usize, Vec<f64>)>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (shard, count) = (take(&mut bytes)?, take(&mut bytes)?);
        let numbers = take_bytes(&mut bytes, count.checked_mul(8)?)?;
        found.push((shard, numbers.as_chunks().0.iter().map(|eight| f64::from_le_bytes(*eight)).collect()));
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_cut_bytes_are_not() {
        let own = [(3, vec![0.1, f64::INFINITY]), (4, Vec::new())];
        let bytes = packed(&own);
        assert_eq!(unpacked(&bytes).unwrap(), own);
        assert!((1..bytes.len()).filter(|end| *end != 32).all(|end| unpacked(&bytes[..end]).is_none()));
        assert_eq!(unpacked(&[]).unwrap(), []);
        // A number that no memory holds.
        let long = [0_u64.to_le_bytes(), u64::MAX.to_le_bytes()].concat();
        assert!(unpacked(&long).is_none());
    }
}
