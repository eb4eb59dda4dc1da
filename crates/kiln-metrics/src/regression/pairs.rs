//! Numbers and predicted numbers that were checked.

use crate::weights::Weights;
use crate::{MetricError, check};

/// One actual and one predicted number an item, all finite, with the items' weights.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pairs<'a> {
    pub(super) y_true: &'a [f64],
    pub(super) y_pred: &'a [f64],
    pub(super) weights: Weights<'a>,
}

impl<'a> Pairs<'a> {
    pub(super) fn of(
        y_true: &'a [f64],
        y_pred: &'a [f64],
        weights: Option<&'a [f64]>,
    ) -> Result<Self, MetricError> {
        let items = check::same_length(y_true, "y_pred", y_pred)?;
        check::finite("y_true", y_true)?;
        check::finite("y_pred", y_pred)?;
        Ok(Self { y_true, y_pred, weights: Weights::of(weights, items)? })
    }

    /// The same, for metrics that need two items.
    pub(super) fn of_two(
        metric: &'static str,
        y_true: &'a [f64],
        y_pred: &'a [f64],
        weights: Option<&'a [f64]>,
    ) -> Result<Self, MetricError> {
        let pairs = Self::of(y_true, y_pred, weights)?;
        if y_true.len() < 2 {
            return Err(MetricError::TooFew { metric, found: y_true.len(), least: 2 });
        }
        Ok(pairs)
    }

    /// The weighted mean of a loss of each pair of an actual and a predicted number.
    pub(super) fn mean(&self, loss: impl Fn(f64, f64) -> f64) -> f64 {
        self.weights.mean(|item| loss(self.y_true[item], self.y_pred[item]))
    }

    /// The weighted mean of the loss of one prediction for all.
    pub(super) fn mean_of(&self, prediction: f64, loss: impl Fn(f64, f64) -> f64) -> f64 {
        self.weights.mean(|item| loss(self.y_true[item], prediction))
    }
}

/// 1 − numerator / denominator: 1 for a perfect prediction, 0 for another one of what does not vary, as in scikit-learn.
pub(super) fn explained(numerator: f64, denominator: f64) -> f64 {
    match (numerator == 0.0, denominator == 0.0) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => 1.0 - numerator / denominator,
    }
}
