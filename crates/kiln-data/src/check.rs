//! Whether the parts of a data set fit together, before anything is indexed.

use crate::{Arrangement, DataError, Dataset, Inconsistency};

/// The number of rows of a data set whose inputs, targets and classes fit together.
pub(crate) fn dataset(dataset: &Dataset) -> Result<usize, Inconsistency> {
    let inputs = dataset.features.rows()?;
    let targets = dataset.target.rows()?;
    if inputs != targets {
        return Err(Inconsistency::TargetLength { inputs, targets });
    }
    weights(dataset.weights.as_deref(), inputs)?;
    let Arrangement { groups, times, known, .. } = &dataset.arrangement;
    let lengths = [groups.as_ref().map(Vec::len), times.as_ref().map(Vec::len), known.as_ref().map(Vec::len)];
    for found in lengths.into_iter().flatten() {
        if found != inputs {
            return Err(Inconsistency::ArrangementLength { inputs, found });
        }
    }
    dataset.features.check()?;
    dataset.target.check()?;
    Ok(inputs)
}

/// Whether there are as many weights as rows.
pub(crate) fn weights(weights: Option<&[f64]>, inputs: usize) -> Result<(), Inconsistency> {
    match weights {
        Some(weights) if weights.len() != inputs => {
            Err(Inconsistency::WeightLength { inputs, weights: weights.len() })
        }
        _ => Ok(()),
    }
}

/// Whether all of `asked` are below `rows`.
pub(crate) fn rows(asked: &[usize], rows: usize) -> Result<(), Inconsistency> {
    match asked.iter().find(|&&row| row >= rows) {
        None => Ok(()),
        Some(&row) => Err(Inconsistency::NoRow { row, rows }),
    }
}

/// As [`rows`], and at least one is asked for.
pub(crate) fn some_rows(asked: &[usize], rows: usize) -> Result<(), DataError> {
    self::rows(asked, rows)?;
    if asked.is_empty() { Err(DataError::NoItems) } else { Ok(()) }
}

/// Whether the weights of these rows, which are there, are finite and not negative.
pub(crate) fn finite_weights(weights: &[f64], rows: &[usize]) -> Result<(), DataError> {
    let is_sound = |row: usize| weights[row].is_finite() && weights[row] >= 0.0;
    match rows.iter().find(|&&row| !is_sound(row)) {
        None => Ok(()),
        Some(&row) => Err(DataError::Weight { row, value: weights[row] }),
    }
}
