//! Training on the past, testing on what comes after it.

use serde::{Deserialize, Serialize};

use super::{Fold, Items, SplitError, Splitter};

/// Trains on the past and tests on what comes after it; the items are in the order of time.
///
/// The test parts are the last `folds · test_size` items, one after the other; each fold trains on all that lies before
/// its test part, less the gap.
///
/// | setting | default | range |
/// |---|---|---|
/// | `folds` | 5 | at least 2 |
/// | `max_train_size` | all | at least 1 |
/// | `test_size` | `n / (folds + 1)` | at least 1 |
/// | `gap` | 0 | `n − gap − folds · test_size` at least 1 |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeSeriesSplit {
    /// How many folds.
    pub folds: usize,
    /// The most items to train on, the latest ones.
    pub max_train_size: Option<usize>,
    /// How many items each fold tests.
    pub test_size: Option<usize>,
    /// How many items between training and test are left out, so that what is known only later cannot leak.
    pub gap: usize,
}

impl Default for TimeSeriesSplit {
    fn default() -> Self {
        Self { folds: 5, max_train_size: None, test_size: None, gap: 0 }
    }
}

impl Splitter for TimeSeriesSplit {
    fn split(&self, items: &Items<'_>) -> Result<Vec<Fold>, SplitError> {
        let (n, folds) = (items.len(), self.folds);
        if folds < 2 {
            return Err(SplitError::Folds { folds });
        }
        if folds >= n {
            return Err(SplitError::TooFew { folds, what: "items", found: n.saturating_sub(1) });
        }
        for (what, size) in [("max_train_size", self.max_train_size), ("test_size", self.test_size)] {
            if size == Some(0) {
                return Err(SplitError::None { what });
            }
        }
        let test_size = self.test_size.unwrap_or(n / (folds + 1));
        let tested = folds.checked_mul(test_size).and_then(|tested| tested.checked_add(self.gap));
        let Some(first) = tested.and_then(|held| n.checked_sub(held)).filter(|first| *first > 0) else {
            return Err(SplitError::NoPast { folds, test_size, gap: self.gap, items: n });
        };
        let fold = |fold: usize| {
            let end = first + fold * test_size;
            let start = end - self.max_train_size.unwrap_or(end).min(end);
            let test = end + self.gap;
            Fold::of((start..end).collect(), (test..test + test_size).collect())
        };
        Ok((0..folds).map(fold).collect())
    }
}
