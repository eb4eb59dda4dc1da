//! Medians, quantiles and the pinball loss.

use kiln_core::Range;

use super::pairs::{Pairs, explained};
use crate::MetricError;
use crate::quantile::weighted_percentile;

/// Median of the absolute errors, as scikit-learn's `median_absolute_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error).
///
/// ```
/// let error = kiln_metrics::median_absolute_error(&[3.0, -0.5, 2.0, 7.0], &[2.5, 0.0, 2.0, 8.0], None)?;
/// assert_eq!(error, 0.5);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn median_absolute_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let pairs = Pairs::of(y_true, y_pred, weights)?;
    let errors: Vec<f64> = y_true.iter().zip(y_pred).map(|(y, p)| (p - y).abs()).collect();
    Ok(weighted_percentile(&errors, pairs.weights, 50.0))
}

/// Mean pinball loss of predicted quantiles, as scikit-learn's `mean_pinball_loss`. Smaller is better. `alpha`, `[0, 1]`, is
/// the quantile: 0.5 gives half the mean absolute error.
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error); an `alpha` out of its range.
///
/// ```
/// let loss = kiln_metrics::mean_pinball_loss(&[1.0, 2.0, 3.0], &[0.0, 2.0, 3.0], 0.1, None)?;
/// assert!((loss - 0.1 / 3.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_pinball_loss(
    y_true: &[f64],
    y_pred: &[f64],
    alpha: f64,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Range::UNIT.check("alpha", alpha)?;
    Ok(Pairs::of(y_true, y_pred, weights)?.mean(|y, p| pinball(y - p, alpha)))
}

/// Share of the pinball loss of the constant quantile that is explained, as scikit-learn's `d2_pinball_score`: 1 at best,
/// 0 for a model that says the quantile of the actual numbers. Larger is better.
///
/// # Errors
/// As [`mean_pinball_loss`]; [`MetricError::TooFew`] for one item.
pub fn d2_pinball_score(
    y_true: &[f64],
    y_pred: &[f64],
    alpha: f64,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Range::UNIT.check("alpha", alpha)?;
    let pairs = Pairs::of_two("D² of the pinball loss", y_true, y_pred, weights)?;
    let quantile = weighted_percentile(y_true, pairs.weights, alpha * 100.0);
    let loss = |y: f64, p: f64| pinball(y - p, alpha);
    Ok(explained(pairs.mean(loss), pairs.mean_of(quantile, loss)))
}

/// Share of the absolute error of the median that is explained, as scikit-learn's `d2_absolute_error_score`. Larger is
/// better.
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error); [`MetricError::TooFew`] for one item.
pub fn d2_absolute_error_score(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    d2_pinball_score(y_true, y_pred, 0.5, weights)
}

fn pinball(error: f64, alpha: f64) -> f64 {
    if error >= 0.0 { alpha * error } else { (alpha - 1.0) * error }
}
