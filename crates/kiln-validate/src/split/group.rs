//! k folds of whole groups.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::error::check_folds;
use super::fold::from_assignment;
use super::kfold::chunk_of;
use super::{Fold, Items, SplitError, Splitter};

/// k folds of whole groups: no group is on both sides.
///
/// Without shuffling the folds are about equally large: the largest group goes first, each to the smallest fold so far.
/// With shuffling the groups are cut, in a random order, into folds of about equally many groups, as scikit-learn does.
/// Each item is tested exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupKFold {
    /// How many folds, 2 to the number of groups.
    pub folds: usize,
    /// A random order of the groups, drawn from this seed. `None`: by size.
    pub shuffle: Option<Seed>,
}

impl Splitter for GroupKFold {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let groups = items.group_codes()?;
        check_folds(self.folds, "groups", groups.count)?;
        let mut fold_of_group = vec![0; groups.count];
        match self.shuffle {
            Some(seed) => {
                for (place, group) in seed.permutation(groups.count).into_iter().enumerate() {
                    fold_of_group[group] = chunk_of(place, groups.count, self.folds);
                }
            }
            None => {
                let sizes = groups.sizes();
                let mut by_size: Vec<usize> = (0..groups.count).collect();
                // Largest first; of equals the last: scikit-learn reverses a stable sort.
                by_size.sort_by_key(|&group| sizes[group]);
                let mut filled = vec![0; self.folds];
                for group in by_size.into_iter().rev() {
                    let lightest = (0..self.folds).min_by_key(|&fold| filled[fold]).unwrap_or(0);
                    filled[lightest] += sizes[group];
                    fold_of_group[group] = lightest;
                }
            }
        }
        let fold_of: Vec<usize> = groups.codes.iter().map(|&group| fold_of_group[group]).collect();
        Ok(from_assignment(self.folds, &fold_of))
    }
}
