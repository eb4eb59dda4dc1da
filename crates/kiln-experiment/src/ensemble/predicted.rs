//! What runs say of the same items, and what is true.

use std::collections::BTreeMap;
use std::path::Path;

use kiln_data::Dataset;
use kiln_validate::ensemble::{EnsembleError, Selection, log_loss, relative_squared_error, select};

use crate::error::{ExperimentError, RunError};
use crate::fold::{PREDICTIONS, PredictionTable};

/// How many times a run is added. A weight is a multiple of a share of it.
const ROUNDS: usize = 100;

/// What is true of items.
pub(super) enum Truth {
    Classes(Vec<u32>),
    /// Row-major.
    Numbers {
        actual: Vec<f64>,
        columns: usize,
    },
}

/// Items, and what is true of them.
pub(super) struct Items {
    pub(super) truth: Truth,
    pub(super) weights: Option<Vec<f64>>,
}

impl Items {
    /// The rows of a data set.
    pub(super) fn of(dataset: &Dataset, rows: &[usize]) -> Self {
        let truth = match dataset.target.labels() {
            Some(labels) => Truth::Classes(rows.iter().map(|row| labels[*row]).collect()),
            None => Truth::Numbers {
                actual: rows.iter().flat_map(|row| dataset.target.numbers(*row)).collect(),
                columns: dataset.target.names().len().max(1),
            },
        };
        let of_rows = |weights: &Vec<f64>| rows.iter().map(|row| weights[*row]).collect();
        Self { truth, weights: dataset.weights.as_ref().map(of_rows) }
    }

    /// What the loss is called.
    pub(super) fn loss(&self) -> &'static str {
        match self.truth {
            Truth::Classes(_) => "log_loss",
            Truth::Numbers { .. } => "relative_squared_error",
        }
    }

    pub(super) fn len(&self) -> usize {
        match &self.truth {
            Truth::Classes(labels) => labels.len(),
            Truth::Numbers { actual, columns } => actual.len() / columns,
        }
    }

    /// The weights of runs that predict `candidates` for the items.
    pub(super) fn select(&self, candidates: &[Vec<f64>]) -> Result<Selection, EnsembleError> {
        let weights = self.weights.as_deref();
        select(candidates, ROUNDS, |predicted| match &self.truth {
            Truth::Classes(labels) => log_loss(predicted, labels, weights),
            Truth::Numbers { actual, columns } => {
                relative_squared_error(predicted, actual, *columns, weights)
            }
        })
    }
}

/// What the bag in `folder` says of each of `rows` by the models that have not seen it: the mean over the times that its folds were cut. `place`
/// gives the row of a line of its table.
pub(super) fn held_out(
    folder: &Path,
    rows: &[usize],
    place: &BTreeMap<usize, usize>,
    is_classes: bool,
) -> Result<Vec<f64>, ExperimentError> {
    let damaged =
        |reason: &str| RunError::Record { path: folder.join(PREDICTIONS), reason: reason.to_owned() };
    let table = PredictionTable::read(folder)?;
    let mut sums: BTreeMap<usize, (Vec<f64>, f64)> = BTreeMap::new();
    for (line, cells) in table.rows() {
        // Of classes the actual and the predicted one stand first, then a probability each; of numbers pairs, the actual one first.
        let own: Vec<&String> = match is_classes {
            true => cells.iter().skip(2).collect(),
            false => cells.iter().skip(1).step_by(2).collect(),
        };
        let numbers = own.into_iter().map(|cell| cell.parse::<f64>());
        let numbers: Vec<f64> =
            numbers.collect::<Result<_, _>>().map_err(|_| damaged("a prediction is no number"))?;
        let row = place.get(&line).ok_or_else(|| damaged("it has a row that the data do not have"))?;
        let (sum, times) = sums.entry(*row).or_insert_with(|| (vec![0.0; numbers.len()], 0.0));
        sum.iter_mut().zip(&numbers).for_each(|(sum, number)| *sum += number);
        *times += 1.0;
    }
    let mut all = Vec::new();
    for row in rows {
        let (sum, times) = sums.get(row).ok_or_else(|| damaged("it lacks a row that a fold holds out"))?;
        all.extend(sum.iter().map(|sum| sum / times));
    }
    Ok(all)
}
