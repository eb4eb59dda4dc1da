//! The folds of the training part within which its own rows are encoded by the target.

use std::sync::Arc;

use kiln_core::{Purpose, Seed};

use super::train_targets::TrainTargets;
use crate::{DataError, Target};

/// As many as scikit-learn's `TargetEncoder` has.
const MOST: usize = 5;

/// A row that is in no fold.
const OUTSIDE: u8 = u8::MAX;

/// Which fold each row of a training part lies in. Only [`TrainTargets`] make it, so that only rows of the training part
/// can be encoded as training rows.
#[derive(Debug, Clone)]
pub(crate) struct InnerFolds {
    /// One a row of the data set.
    of_row: Arc<[u8]>,
}

impl InnerFolds {
    /// The folds of a training part: they depend on its size and classes alone, so that they need not be stored.
    pub(super) fn of(train: &TrainTargets<'_>) -> Result<Self, DataError> {
        let (target, rows) = (train.target, train.rows());
        if rows.len() < 2 {
            return Err(DataError::NoInnerFolds);
        }
        // Files are often sorted, and then neighbours are no fair sample.
        let shuffle = Seed::new(0).purpose(Purpose::Split);
        let folds = assign(target, rows, Some(shuffle));
        let last = rows.iter().max().map_or(0, |last| last + 1);
        let mut of_row = vec![OUTSIDE; last];
        for (&row, fold) in rows.iter().zip(folds) {
            of_row[row] = fold;
        }
        Ok(Self { of_row: of_row.into() })
    }

    /// The fold of a row of the training part.
    pub(super) fn fold(&self, row: usize) -> Result<usize, DataError> {
        match self.of_row.get(row) {
            Some(&fold) if fold != OUTSIDE => Ok(usize::from(fold)),
            _ => Err(DataError::NotTheTrainingPart),
        }
    }
}

/// How many folds a training part has.
pub(super) fn count(rows: usize) -> usize {
    rows.min(MOST)
}

/// The fold of each of `rows`, as scikit-learn's `StratifiedKFold` for classes and `KFold` for numbers; with a seed, of the rows
/// in a random order.
pub(super) fn assign(target: &Target, rows: &[usize], shuffle: Option<Seed>) -> Vec<u8> {
    let n = rows.len();
    let order = shuffle.map_or_else(|| (0..n).collect(), |seed| seed.permutation(n));
    let sequence = match target.strata() {
        Some((labels, classes)) => {
            let labels: Vec<usize> = order.iter().map(|&at| labels[rows[at]] as usize).collect();
            stratified(&labels, classes, count(n))
        }
        None => contiguous(n, count(n)),
    };
    let mut folds = vec![0; n];
    for (at, fold) in order.into_iter().zip(sequence) {
        folds[at] = fold as u8;
    }
    folds
}

/// Runs of rows, the first ones longer by one.
fn contiguous(n: usize, folds: usize) -> Vec<usize> {
    (0..folds).flat_map(|fold| std::iter::repeat_n(fold, n / folds + usize::from(fold < n % folds))).collect()
}

/// The rows sorted by class are dealt out in turn, which says how many of each class a fold gets; it gets them as runs.
fn stratified(labels: &[usize], classes: usize, folds: usize) -> Vec<usize> {
    // Classes count in the order in which they come.
    let (mut counts, mut by_appearance) = (vec![0; classes], Vec::new());
    for &label in labels {
        if counts[label] == 0 {
            by_appearance.push(label);
        }
        counts[label] += 1;
    }
    let (mut runs, mut start) = (vec![Vec::new(); classes], 0);
    for label in by_appearance {
        let mut shares = vec![0; folds];
        (start..start + counts[label]).for_each(|place| shares[place % folds] += 1);
        start += counts[label];
        // Backwards, so that the next fold is the last of them.
        runs[label] = (0..folds).rev().flat_map(|fold| std::iter::repeat_n(fold, shares[fold])).collect();
    }
    labels.iter().map(|&label| runs[label].pop().unwrap_or(0)).collect()
}
