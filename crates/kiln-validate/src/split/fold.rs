//! One fold: items to train on and items to judge by.

use serde::{Deserialize, Serialize};

/// One fold: the items to train on and the items to judge by. No item is in both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fold {
    train: Vec<usize>,
    test: Vec<usize>,
}

impl Fold {
    /// Tests the items of `test`, and trains on all others of `items`. Both lists rise.
    pub(super) fn complement(items: usize, test: impl IntoIterator<Item = usize>) -> Self {
        let mut tests = vec![false; items];
        for item in test {
            tests[item] = true;
        }
        let (test, train) = (0..items).partition(|&item| tests[item]);
        Self { train, test }
    }

    /// For splitters that leave items out of both lists.
    pub(super) fn new(train: Vec<usize>, test: Vec<usize>) -> Self {
        Self { train, test }
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

/// The folds, from the fold in which each item is tested.
pub(super) fn from_assignment(folds: usize, fold_of: &[usize]) -> Vec<Fold> {
    (0..folds)
        .map(|fold| {
            let test = fold_of.iter().enumerate().filter(|(_, of)| **of == fold).map(|(item, _)| item);
            Fold::complement(fold_of.len(), test)
        })
        .collect()
}
