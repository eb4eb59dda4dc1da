//! Scales of one column that are no straight lines.

use kiln_cell::scale::{quantile_normal, smooth_clip};
use serde::{Deserialize, Serialize};

/// Rows for each quantile that is kept.
const ROWS_PER_QUANTILE: usize = 30;

/// What became of a [`Scaling`](crate::Scaling) that is no straight line. A column that is constant in the training part becomes 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Curve {
    /// `r / √(1 + (r/3)²)` with `r = factor · (x − median)`.
    RobustSmoothClip { median: f64, factor: f64 },
    /// `Φ⁻¹(F(x))`: `F` is linear between quantiles at equal steps, and the middle of its jumps.
    QuantileNormal { quantiles: Vec<f64> },
}

impl Curve {
    /// From the numbers of the training part, rising, of which there is one: pytabkit's `RobustScaleSmoothClipTransform`.
    pub(super) fn robust_smooth_clip(sorted: &[f64]) -> Self {
        let at = |share| quantile(sorted, share);
        let quartiles = at(0.75) - at(0.25);
        let spread =
            if quartiles == 0.0 { 0.5 * sorted[sorted.len() - 1] - 0.5 * sorted[0] } else { quartiles };
        let factor = if spread == 0.0 { 0.0 } else { (1.0 / spread).min(f64::MAX) };
        Self::RobustSmoothClip { median: at(0.5), factor }
    }

    /// From the numbers of the training part, rising, of which there is one; there are `rows` with those whose number is missing.
    pub(super) fn quantile_normal(sorted: &[f64], rows: usize) -> Self {
        let count = (rows / ROWS_PER_QUANTILE).clamp(10, 1000).min(rows).max(2);
        let share = |place: usize| place as f64 / (count - 1) as f64;
        Self::QuantileNormal { quantiles: (0..count).map(|place| quantile(sorted, share(place))).collect() }
    }

    pub(super) fn apply(&self, x: f64) -> f64 {
        match self {
            Self::RobustSmoothClip { median, factor } => smooth_clip(x, *median, *factor),
            Self::QuantileNormal { quantiles } => quantile_normal(x, quantiles),
        }
    }

    /// Whether a fit can have made this.
    pub(super) fn is_sound(&self) -> bool {
        match self {
            Self::RobustSmoothClip { median, factor } => {
                median.is_finite() && factor.is_finite() && *factor >= 0.0
            }
            Self::QuantileNormal { quantiles } => {
                quantiles.len() > 1 && quantiles.iter().all(|x| x.is_finite()) && quantiles.is_sorted()
            }
        }
    }
}

/// The number below which a share of the sorted numbers lies, linear between them, as numpy has it by default.
pub(super) fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let below = place.floor();
    let (low, rest) = (sorted[below as usize], place - below);
    let high = sorted[(below as usize + 1).min(sorted.len() - 1)];
    // Halves, so that the difference of the largest numbers is a number.
    if rest == 0.0 || low == high { low } else { low + 2.0 * rest * (0.5 * high - 0.5 * low) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_column_becomes_zero_whatever_comes_later() {
        for curve in [Curve::robust_smooth_clip(&[7.0; 3]), Curve::quantile_normal(&[7.0; 3], 3)] {
            assert_eq!([6.0, 7.0, 1e300].map(|x| curve.apply(x)), [0.0; 3], "{curve:?}");
            assert!(curve.is_sound());
        }
    }

    #[test]
    fn the_largest_and_the_smallest_numbers_stay_apart() {
        for size in [1e-300, 1e-9, 1.0, 1e300] {
            let sorted: Vec<f64> = (0..40).map(|i| f64::from(i) * size).collect();
            for curve in [Curve::robust_smooth_clip(&sorted), Curve::quantile_normal(&sorted, 40)] {
                let scaled: Vec<f64> = sorted.iter().map(|&x| curve.apply(x)).collect();
                assert!(
                    scaled.is_sorted_by(|a, b| a < b) && scaled.iter().all(|z| z.abs() < 5.3),
                    "{scaled:?}"
                );
            }
        }
        let wide = Curve::robust_smooth_clip(&[-1e308, 0.0, 1e308]);
        assert!(wide.is_sound() && wide.apply(1e308).is_finite(), "{wide:?}");
    }

    #[test]
    fn what_no_fit_makes_is_damaged() {
        let damaged = [
            Curve::RobustSmoothClip { median: f64::NAN, factor: 1.0 },
            Curve::RobustSmoothClip { median: 0.0, factor: -1.0 },
            Curve::QuantileNormal { quantiles: vec![1.0] },
            Curve::QuantileNormal { quantiles: vec![1.0, 0.0] },
            Curve::QuantileNormal { quantiles: vec![0.0, f64::INFINITY] },
        ];
        assert!(damaged.iter().all(|curve| !curve.is_sound()));
    }
}
