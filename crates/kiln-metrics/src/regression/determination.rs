//! The share of the variance that is explained.

use super::pairs::{Pairs, explained};
use crate::MetricError;

/// Coefficient of determination R², as scikit-learn's `r2_score`: 1 at best, 0 for a model that says the mean, without a
/// lower end. Larger is better. Where the actual numbers do not vary it is 1 for a perfect prediction, else 0.
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error); [`MetricError::TooFew`] for one item.
///
/// ```
/// let r2 = kiln_metrics::r2_score(&[3.0, -0.5, 2.0, 7.0], &[2.5, 0.0, 2.0, 8.0], None)?;
/// assert!((r2 - 0.9486081370449679).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn r2_score(y_true: &[f64], y_pred: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let pairs = Pairs::of_two("R²", y_true, y_pred, weights)?;
    let center = pairs.weights.center(|item| y_true[item]);
    let numerator = pairs.mean(|y, p| (y - p) * (y - p));
    Ok(explained(numerator, pairs.mean_of(center, |y, center| (y - center) * (y - center))))
}

/// Share of the variance that is explained, as scikit-learn's `explained_variance_score`: R² of predictions that are moved
/// so that their mean error is 0. Larger is better.
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error).
///
/// ```
/// // Always 1 too high: the variance is explained all the same.
/// assert_eq!(kiln_metrics::explained_variance_score(&[1.0, 2.0, 4.0], &[2.0, 3.0, 5.0], None)?, 1.0);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn explained_variance_score(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let pairs = Pairs::of(y_true, y_pred, weights)?;
    let bias = pairs.weights.center(|item| y_true[item] - y_pred[item]);
    let center = pairs.weights.center(|item| y_true[item]);
    let numerator = pairs.mean(|y, p| (y - p - bias).powi(2));
    Ok(explained(numerator, pairs.mean_of(center, |y, center| (y - center).powi(2))))
}
