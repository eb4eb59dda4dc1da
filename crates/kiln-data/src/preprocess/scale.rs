//! The linear scaling of one column or channel.

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
        let n = n as f64;
        let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
        Self { mean, std: if variance <= rounding { 1.0 } else { variance.sqrt() } }
    }

    #[inline]
    pub(crate) fn apply(self, x: f64) -> f64 {
        (x - self.mean) / self.std
    }

    #[inline]
    pub(crate) fn undo(self, z: f64) -> f64 {
        z * self.std + self.mean
    }

    /// Whether a fit can have made this.
    pub(crate) fn is_sound(self) -> bool {
        self.mean.is_finite() && self.std.is_finite() && self.std > 0.0
    }
}

/// The mean of some numbers, and their mean squared distance from it over `n`, which counts numbers that equal
/// the mean and are not in `values`: imputed ones. Two passes, because sums of squares cancel.
pub(crate) fn moments(values: impl Iterator<Item = f64> + Clone, n: usize) -> (f64, f64) {
    let (sum, count) = values.clone().fold((0.0, 0u64), |(sum, count), x| (sum + x, count + 1));
    let mean = sum / count as f64;
    let squares: f64 = values.map(|x| (x - mean).powi(2)).sum();
    (mean, squares / n as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_does_not_cancel_the_variance() {
        let values = (0..1000).map(|i| 1e9 + f64::from(i % 2));
        assert_eq!(moments(values, 1000), (1e9 + 0.5, 0.25));
    }

    #[test]
    fn a_column_that_is_constant_up_to_rounding_keeps_its_scale() {
        // 0.1 cannot be summed exactly, so its variance is not quite 0.
        let (mean, variance) = moments(std::iter::repeat_n(0.1, 999), 999);
        assert_eq!(Scale::standard(mean, variance, 999).std, 1.0);
        assert_eq!(Scale::standard(0.0, 0.0, 999).std, 1.0);
        assert_eq!(Scale::standard(0.0, 4.0, 999).std, 2.0);
    }
}
