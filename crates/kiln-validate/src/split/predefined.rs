//! Folds that were decided elsewhere.

use serde::{Deserialize, Serialize};

use super::{Fold, Items, SplitError, Splitter};

/// Folds that were decided elsewhere, such as in a column of the data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PredefinedSplit {
    /// The fold that tests each item; `None` for an item that is always trained on (−1 in scikit-learn). The folds come
    /// in rising order of their numbers, which need not be without gaps.
    pub test_fold: Vec<Option<u32>>,
}

impl Splitter for PredefinedSplit {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let n = items.len();
        if self.test_fold.len() != n {
            return Err(SplitError::Length { what: "test folds", items: n, found: self.test_fold.len() });
        }
        let mut folds: Vec<u32> = self.test_fold.iter().copied().flatten().collect();
        folds.sort_unstable();
        folds.dedup();
        if folds.is_empty() {
            return Err(SplitError::Folds { folds: 0 });
        }
        let of = |fold: u32| (0..n).filter(move |&item| self.test_fold[item] == Some(fold));
        let folds: Vec<Fold> = folds.into_iter().map(|fold| Fold::complement(n, of(fold))).collect();
        match folds.iter().find(|fold| fold.train().is_empty()) {
            Some(all) => Err(SplitError::Sizes { what: "items", items: n, test: all.test().len(), train: 0 }),
            None => Ok(folds),
        }
    }
}
