//! The linear scaling of one column or channel.

use kiln_cell::scale::{original, shorten, standard};
use serde::{Deserialize, Serialize};

/// `(x − mean) / std`, in f64.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scale {
    pub(crate) mean: f64,
    pub(crate) std: f64,
}

impl Scale {
    /// Changes nothing.
    pub(crate) const IDENTITY: Self = Self { mean: 0.0, std: 1.0 };

    /// Standardises numbers with this mean and variance, of which there are `n`. What is constant up to rounding
    /// keeps its scale, by the bound of scikit-learn's `StandardScaler`.
    pub(crate) fn standard(mean: f64, variance: f64, n: usize) -> Self {
        Self { mean, std: if is_constant(mean, variance, n) { 1.0 } else { variance.sqrt() } }
    }

    #[inline]
    pub(crate) fn apply(self, x: f64) -> f64 {
        standard(x, self.pair())
    }

    #[inline]
    pub(crate) fn undo(self, z: f64) -> f64 {
        original(z, self.pair())
    }

    /// The same as `x` with fewer digits: the shortest decimal that is scaled to the same f32.
    pub(crate) fn shorten(self, x: f64) -> f64 {
        shorten(x, self.pair())
    }

    /// The mean, and what is divided by.
    pub(crate) fn pair(self) -> [f64; 2] {
        [self.mean, self.std]
    }

    /// Whether a fit can have made this.
    pub(crate) fn is_sound(self) -> bool {
        self.mean.is_finite() && self.std.is_finite() && self.std > 0.0
    }
}

/// Whether numbers with this mean and variance, of which there are `n`, differ by no more than rounding.
pub(super) fn is_constant(mean: f64, variance: f64, n: usize) -> bool {
    let n = n as f64;
    variance <= n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2)
}

/// The mean of some numbers, each with its weight, and their mean squared distance from it over `total`, which counts the weights of
/// numbers that equal the mean and are not in `values`: imputed ones. Two passes, because sums of squares cancel.
pub(crate) fn moments(values: impl Iterator<Item = (f64, f64)> + Clone, total: f64) -> (f64, f64) {
    let add = |(sum, weights): (f64, f64), (x, weight): (f64, f64)| (sum + weight * x, weights + weight);
    let (sum, weights) = values.clone().fold((0.0, 0.0), add);
    let mean = sum / weights;
    let squares: f64 = values.map(|(x, weight)| weight * (x - mean).powi(2)).sum();
    (mean, squares / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_does_not_cancel_the_variance() {
        let values = (0..1000).map(|i| (1e9 + f64::from(i % 2), 1.0));
        assert_eq!(moments(values, 1000.0), (1e9 + 0.5, 0.25));
    }

    #[test]
    fn a_column_that_is_constant_up_to_rounding_keeps_its_scale() {
        // 0.1 cannot be summed exactly, so its variance is not quite 0.
        let (mean, variance) = moments(std::iter::repeat_n((0.1, 1.0), 999), 999.0);
        assert_eq!(Scale::standard(mean, variance, 999).std, 1.0);
        assert_eq!(Scale::standard(0.0, 0.0, 999).std, 1.0);
        assert_eq!(Scale::standard(0.0, 4.0, 999).std, 2.0);
    }
}
