//! The training part, which alone may be fitted on.

use super::fit_rows::FitRows;
use super::train_targets::TrainTargets;
use crate::{Dataset, Precision};

/// The rows of a data set that may be fitted on. Only [`Split::train_view`](crate::Split::train_view) makes one.
#[derive(Debug, Clone, Copy)]
pub struct TrainView<'a> {
    pub(super) dataset: &'a Dataset,
    pub(super) rows: &'a [usize],
}

impl<'a> TrainView<'a> {
    pub(crate) fn new(dataset: &'a Dataset, rows: &'a [usize]) -> Self {
        Self { dataset, rows }
    }

    /// What forms of inputs get to see beside their features, with numbers as exact as that.
    pub(super) fn targets(&self, precision: Precision) -> TrainTargets<'a> {
        let fit = FitRows::new(self.rows, self.dataset.weights.as_deref(), precision);
        TrainTargets::new(&self.dataset.target, fit)
    }
}
