//! How many different texts there are, in memory that does not grow with them.

use std::collections::BTreeSet;

/// So many of the smallest hashes are kept: the estimate is off by 3 % (one standard deviation).
const KEPT: usize = 1024;

/// Estimates a number of different texts by the smallest of their hashes: of n numbers drawn from `[0, 1)`, the k-th smallest is
/// about k / n. Z. Bar-Yossef and others (2002): *Counting distinct elements in a data stream*.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sketch {
    smallest: BTreeSet<u64>,
}

impl Sketch {
    /// Adds a text by its hash, whose bits need not be well mixed.
    #[inline]
    pub(crate) fn add(&mut self, hash: u64) {
        let hash = mixed(hash);
        if self.smallest.len() < KEPT {
            self.smallest.insert(hash);
        } else if self.smallest.last().is_some_and(|last| hash < *last) && self.smallest.insert(hash) {
            self.smallest.pop_last();
        }
    }

    /// Adds what another thread has seen.
    pub(crate) fn merge(&mut self, other: &Self) {
        self.smallest.extend(&other.smallest);
        while self.smallest.len() > KEPT {
            self.smallest.pop_last();
        }
    }

    /// About how many different texts there were; exact where there are few.
    pub(crate) fn estimate(&self) -> f64 {
        match self.smallest.last() {
            Some(last) if self.smallest.len() == KEPT => {
                (KEPT - 1) as f64 / ((*last as f64 + 1.0) / 2f64.powi(64))
            }
            _ => self.smallest.len() as f64,
        }
    }
}

/// The last step of MurmurHash3: every bit of the hash depends on every other.
fn mixed(mut hash: u64) -> u64 {
    for factor in [0xff51_afd7_ed55_8ccd_u64, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ hash >> 33).wrapping_mul(factor);
    }
    hash ^ hash >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(hashes: impl IntoIterator<Item = u64>) -> Sketch {
        let mut sketch = Sketch::default();
        hashes.into_iter().for_each(|hash| sketch.add(hash));
        sketch
    }

    #[test]
    fn few_are_counted_and_many_are_estimated() {
        assert_eq!(of([]).estimate(), 0.0);
        assert_eq!(of((0..5000).map(|i| i % 700)).estimate(), 700.0);
        for count in [2_000u64, 50_000, 400_000] {
            let estimate = of((0..2 * count).map(|i| i % count)).estimate();
            assert!((estimate / count as f64 - 1.0).abs() < 0.1, "{count}: {estimate}");
        }
    }

    #[test]
    fn threads_add_up_to_one() {
        let mut half = of(0..6_000);
        half.merge(&of(4_000..10_000));
        assert_eq!(half.estimate(), of(0..10_000).estimate());
    }
}
