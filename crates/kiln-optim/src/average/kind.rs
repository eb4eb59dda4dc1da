//! What the settings of every average can tell.

use kiln_core::{NumberError, check};

/// What the settings of every average of weights can tell.
pub trait AverageKind {
    /// When the weights are taken in, for a run of `total_steps`. Checks every setting.
    ///
    /// # Errors
    /// [`NumberError`] naming the first setting that is out of its range.
    fn timing(&self, steps_per_epoch: u64, total_steps: u64) -> Result<Timing, NumberError>;

    /// The share of the old average that stays behind `updates` updates, at least 1 of them: the first average is the
    /// weights themselves.
    fn kept(&self, updates: u64) -> f64;

    /// Whether validation, early stopping and the best weights go by the average.
    fn evaluate(&self) -> bool;

    /// Whether running statistics of batch norm are averaged like weights. Otherwise they are computed anew.
    fn averages_statistics(&self) -> bool;
}

/// When the weights are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// Steps before the first update.
    pub start: u64,
    /// Steps between two updates, at least 1.
    pub every: u64,
}

pub(super) fn at_least_one(key: &str, value: u64) -> Result<u64, NumberError> {
    check::at_least(key, usize::try_from(value).unwrap_or(usize::MAX), 1).map(|_| value)
}
