//! k folds of neighbouring items.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::error::check_folds;
use super::fold::from_assignment;
use super::{Fold, Items, SplitError, Splitter};

/// k folds of neighbouring items; the first `n % k` folds have one item more.
///
/// Each item is tested exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KFold {
    /// How many folds, 2 to the number of items.
    pub folds: usize,
    /// A random order first, drawn from this seed. `None`: the order of the items.
    pub shuffle: Option<Seed>,
}

impl Splitter for KFold {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        check_folds(self.folds, "items", items.len())?;
        let order = match self.shuffle {
            Some(seed) => seed.permutation(items.len()),
            None => (0..items.len()).collect(),
        };
        let mut fold_of = vec![0; items.len()];
        for (place, item) in order.into_iter().enumerate() {
            fold_of[item] = chunk_of(place, items.len(), self.folds);
        }
        Ok(from_assignment(self.folds, &fold_of))
    }
}

/// The chunk that place `place` of `len` is in when they are cut into `chunks`, the first `len % chunks` of which have
/// one more.
pub(super) fn chunk_of(place: usize, len: usize, chunks: usize) -> usize {
    let (size, longer) = (len / chunks, len % chunks);
    let in_longer = longer * (size + 1);
    if place < in_longer { place / (size + 1) } else { longer + (place - in_longer) / size }
}
