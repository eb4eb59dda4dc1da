//! Intervals between two quantiles.

use super::error::{ConformalError, same};
use super::quantile::conformal_quantile;

/// An interval between two predicted quantiles, moved outwards (or inwards) by one number: conformalised quantile regression (Romano,
/// Patterson and Candès 2019). It is wide where the items are uncertain. The quantiles are those of two models with the quantile
/// loss, for a level of 0.9 usually 0.05 and 0.95.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileInterval {
    moved: f64,
}

impl QuantileInterval {
    /// Of items that the models were not fitted on.
    ///
    /// # Errors
    /// As [`conformal_quantile`]; lists of different lengths.
    ///
    /// ```
    /// use kiln_validate::conformal::QuantileInterval;
    ///
    /// let (lower, upper, actual) = ([0.0, 1.0, 2.0], [2.0, 3.0, 4.0], [1.0, 3.5, 3.0]);
    /// let interval = QuantileInterval::calibrate(&lower, &upper, &actual, 0.7)?;
    /// assert_eq!(interval.between(5.0, 6.0), [4.5, 6.5]);
    /// # Ok::<(), kiln_validate::conformal::ConformalError>(())
    /// ```
    pub fn calibrate(
        lower: &[f64],
        upper: &[f64],
        actual: &[f64],
        level: f64,
    ) -> Result<Self, ConformalError> {
        same(&[("lower", lower), ("upper", upper), ("actual", actual)])?;
        let outside = |((lower, upper), actual): ((&f64, &f64), &f64)| (lower - actual).max(actual - upper);
        let scores: Vec<f64> = lower.iter().zip(upper).zip(actual).map(outside).collect();
        Ok(Self { moved: conformal_quantile(&scores, level)? })
    }

    /// How far the ends are moved outwards; below 0 where the quantiles were too far apart.
    pub fn moved(&self) -> f64 {
        self.moved
    }

    /// The ends for two quantiles. Where they are moved past each other, both are the middle.
    pub fn between(&self, lower: f64, upper: f64) -> [f64; 2] {
        let (low, high) = (lower - self.moved, upper + self.moved);
        if low <= high { [low, high] } else { [(low + high) / 2.0; 2] }
    }
}
