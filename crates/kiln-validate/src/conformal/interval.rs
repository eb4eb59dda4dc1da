//! Intervals of one width around a prediction.

use super::error::{ConformalError, same};
use super::quantile::conformal_quantile;

/// An interval of one half-width around every prediction: split conformal prediction (Lei et al.: Distribution-free predictive
/// inference for regression, 2018).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    half_width: f64,
}

impl Interval {
    /// Of items that the model was not fitted on, in the units of the data.
    ///
    /// # Errors
    /// As [`conformal_quantile`]; lists of different lengths.
    ///
    /// ```
    /// use kiln_validate::conformal::Interval;
    ///
    /// let predicted = [1.0, 2.0, 3.0, 4.0];
    /// let actual = [1.5, 2.0, 2.0, 4.5];
    /// let interval = Interval::calibrate(&predicted, &actual, 0.75)?;
    /// assert_eq!(interval.around(10.0), [9.0, 11.0]);
    /// # Ok::<(), kiln_validate::conformal::ConformalError>(())
    /// ```
    pub fn calibrate(predicted: &[f64], actual: &[f64], level: f64) -> Result<Self, ConformalError> {
        same(&[("predicted", predicted), ("actual", actual)])?;
        let scores: Vec<f64> =
            predicted.iter().zip(actual).map(|(predicted, actual)| (actual - predicted).abs()).collect();
        Self::of_scores(&scores, level)
    }

    /// The same of the scores alone: how far the prediction of each item is off.
    ///
    /// # Errors
    /// As [`conformal_quantile`].
    pub fn of_scores(scores: &[f64], level: f64) -> Result<Self, ConformalError> {
        Ok(Self { half_width: conformal_quantile(scores, level)? })
    }

    /// How far the ends are from the prediction; infinite where there were too few items.
    pub fn half_width(&self) -> f64 {
        self.half_width
    }

    /// The ends for a prediction.
    pub fn around(&self, predicted: f64) -> [f64; 2] {
        [predicted - self.half_width, predicted + self.half_width]
    }
}
