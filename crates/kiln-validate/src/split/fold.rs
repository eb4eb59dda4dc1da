//! One fold: items to train on and items to judge by.

use serde::{Deserialize, Serialize};

use super::SplitError;

/// One fold: the items to train on and the items to judge by. No item is in both, and none is in one of them twice.
///
/// A splitter of one's own makes folds by [`Fold::new`]. Items may be left out of both lists, such as those around the
/// test items of a time series ("purging").
///
/// ```
/// use kiln_validate::split::{Fold, SplitError};
///
/// let fold = Fold::new([4, 0, 1], [2])?; // 3 is left out
/// assert_eq!((fold.train(), fold.test()), (&[0, 1, 4][..], &[2][..]));
/// assert_eq!(Fold::new([0, 1, 2], [2, 3]), Err(SplitError::InBoth { item: 2 }));
/// # Ok::<(), SplitError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Lists")]
pub struct Fold {
    train: Vec<usize>,
    test: Vec<usize>,
}

/// A fold as it is read: nothing is checked yet.
#[derive(Deserialize)]
struct Lists {
    train: Vec<usize>,
    test: Vec<usize>,
}

impl TryFrom<Lists> for Fold {
    type Error = SplitError;

    fn try_from(Lists { train, test }: Lists) -> Result<Self, SplitError> {
        Self::new(train, test)
    }
}

impl Fold {
    /// A fold from the numbers of its items, in any order.
    ///
    /// # Errors
    /// [`SplitError::InBoth`] for an item in both lists, [`SplitError::Twice`] for one that is twice in a list,
    /// [`SplitError::EmptyPart`] for a list without an item.
    pub fn new(
        train: impl IntoIterator<Item = usize>,
        test: impl IntoIterator<Item = usize>,
    ) -> Result<Self, SplitError> {
        let (train, test) = (rising("train", train)?, rising("test", test)?);
        match train.iter().find(|item| test.binary_search(item).is_ok()) {
            Some(&item) => Err(SplitError::InBoth { item }),
            None => Ok(Self { train, test }),
        }
    }

    /// Tests the items of `test`, and trains on all others of `items`. Both lists rise.
    pub(super) fn complement(items: usize, test: impl IntoIterator<Item = usize>) -> Self {
        let mut tests = vec![false; items];
        for item in test {
            tests[item] = true;
        }
        let (test, train) = (0..items).partition(|&item| tests[item]);
        Self { train, test }
    }

    /// For splitters here that leave items out of both lists, which rise and share no item.
    pub(super) fn of(train: Vec<usize>, test: Vec<usize>) -> Self {
        Self { train, test }
    }

    /// An error for an item that is not among so many.
    pub(super) fn check(&self, items: usize) -> Result<(), SplitError> {
        match self.train.iter().chain(&self.test).find(|item| **item >= items) {
            Some(&item) => Err(SplitError::NoItem { item, items }),
            None => Ok(()),
        }
    }

    /// The same fold of `rows`, which rise, where this one is of their places.
    pub(crate) fn among(self, rows: &[usize]) -> Self {
        let rows = |places: Vec<usize>| places.into_iter().map(|place| rows[place]).collect();
        Self { train: rows(self.train), test: rows(self.test) }
    }

    /// The same fold with fewer training items, which rise.
    pub(crate) fn with_train(&self, train: Vec<usize>) -> Self {
        Self { train, test: self.test.clone() }
    }

    /// Items to train on, rising.
    pub fn train(&self) -> &[usize] {
        &self.train
    }

    /// Items to judge by, rising.
    pub fn test(&self) -> &[usize] {
        &self.test
    }
}

/// The items of one list, rising; none may be there twice, and at least one must be there.
fn rising(part: &'static str, items: impl IntoIterator<Item = usize>) -> Result<Vec<usize>, SplitError> {
    let mut items: Vec<usize> = items.into_iter().collect();
    items.sort_unstable();
    match items.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(SplitError::Twice { part, item: pair[0] }),
        None if items.is_empty() => Err(SplitError::EmptyPart { part }),
        None => Ok(items),
    }
}

/// The folds, from the fold in which each item is tested.
pub(super) fn from_assignment(folds: usize, fold_of: &[usize]) -> Vec<Fold> {
    (0..folds)
        .map(|fold| {
            let test = fold_of.iter().enumerate().filter(|(_, of)| **of == fold).map(|(item, _)| item);
            Fold::complement(fold_of.len(), test)
        })
        .collect()
}
