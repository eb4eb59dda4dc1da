//! Mean errors.

use super::pairs::Pairs;
use crate::{MetricError, check};

/// Mean squared error, as scikit-learn's `mean_squared_error`. Smaller is better.
///
/// One number an item; for more see [`per_output`](crate::per_output). `weights`: one an item, `None`: all count 1.
///
/// # Errors
/// No items, lists that differ in length, a number that is not finite, a weight below 0 or not finite, weights that are
/// all 0; so for all that follow.
///
/// ```
/// let mse = kiln_metrics::mean_squared_error(&[3.0, -0.5, 2.0, 7.0], &[2.5, 0.0, 2.0, 8.0], None)?;
/// assert_eq!(mse, 0.375);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_squared_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Ok(Pairs::of(y_true, y_pred, weights)?.mean(|y, p| (p - y) * (p - y)))
}

/// Square root of the mean squared error, as scikit-learn's `root_mean_squared_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_error`].
pub fn root_mean_squared_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean_squared_error(y_true, y_pred, weights).map(f64::sqrt)
}

/// Mean absolute error, as scikit-learn's `mean_absolute_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_error`].
pub fn mean_absolute_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Ok(Pairs::of(y_true, y_pred, weights)?.mean(|y, p| (p - y).abs()))
}

/// The largest absolute error, as scikit-learn's `max_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_error`].
pub fn max_error(y_true: &[f64], y_pred: &[f64]) -> Result<f64, MetricError> {
    Pairs::of(y_true, y_pred, None)?;
    Ok(y_true.iter().zip(y_pred).map(|(y, p)| (p - y).abs()).fold(0.0, f64::max))
}

/// Mean of |error| / |actual|, as scikit-learn's `mean_absolute_percentage_error`: 1 is 100 %. Smaller is better. An actual
/// number of 0 is taken for f64's epsilon, so that the mean is finite and very large.
///
/// # Errors
/// As [`mean_squared_error`].
///
/// ```
/// let mape = kiln_metrics::mean_absolute_percentage_error(&[1.0, 10.0], &[0.9, 15.0], None)?;
/// assert!((mape - 0.3).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_absolute_percentage_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Ok(Pairs::of(y_true, y_pred, weights)?.mean(|y, p| (p - y).abs() / y.abs().max(f64::EPSILON)))
}

/// Mean squared error of ln(1 + y), as scikit-learn's `mean_squared_log_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_error`]; a number of −1 or less.
///
/// ```
/// let msle = kiln_metrics::mean_squared_log_error(&[3.0, 5.0, 2.5, 7.0], &[2.5, 5.0, 4.0, 8.0], None)?;
/// assert!((msle - 0.03973012298459379).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_squared_log_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let pairs = Pairs::of(y_true, y_pred, weights)?;
    check::values("y_true", y_true, "greater than -1", |y| y > -1.0)?;
    check::values("y_pred", y_pred, "greater than -1", |y| y > -1.0)?;
    Ok(pairs.mean(|y, p| (p.ln_1p() - y.ln_1p()).powi(2)))
}

/// Square root of [`mean_squared_log_error`], as scikit-learn's `root_mean_squared_log_error`. Smaller is better.
///
/// # Errors
/// As [`mean_squared_log_error`].
pub fn root_mean_squared_log_error(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean_squared_log_error(y_true, y_pred, weights).map(f64::sqrt)
}
