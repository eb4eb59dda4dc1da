//! k folds with the same share of every class.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::error::check_folds;
use super::fold::from_assignment;
use super::{Fold, Items, SplitError, Splitter};

/// k folds with the same share of every class: the count of a class differs by at most one between folds, also when
/// shuffled. A class with fewer items than folds is missing from some of them.
///
/// Each item is tested exactly once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StratifiedKFold {
    /// How many folds, 2 to the number of items of the largest class.
    pub folds: usize,
    /// A random order within each class, drawn from this seed. `None`: the order of the items.
    pub shuffle: Option<Seed>,
}

impl Splitter for StratifiedKFold {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let classes = items.classes()?;
        let largest = classes.sizes().into_iter().max().unwrap_or(0);
        check_folds(self.folds, "items of the largest class", largest)?;

        // Classes in the order in which they appear. The items, sorted by class, are dealt to the folds in turn: what a
        // class gives to each fold is a share of less than one item off, and so is the size of the folds.
        let mut members = classes.members();
        members.sort_by_key(|items| items.first().copied());
        let mut fold_of = vec![0; items.len()];
        let mut dealt = 0;
        for (class, members) in members.iter().enumerate() {
            let mut quota = vec![0; self.folds];
            for place in dealt..dealt + members.len() {
                quota[place % self.folds] += 1;
            }
            dealt += members.len();
            let order = match self.shuffle {
                Some(seed) => seed.at(class as u64).permutation(members.len()),
                None => (0..members.len()).collect(),
            };
            // As many of the class, in order, as each fold is to have.
            let folds = quota.iter().enumerate().flat_map(|(fold, &count)| std::iter::repeat_n(fold, count));
            for (place, fold) in order.into_iter().zip(folds) {
                fold_of[members[place]] = fold;
            }
        }
        Ok(from_assignment(self.folds, &fold_of))
    }
}
