//! The reliability curve and the calibration errors, in one call.

use super::bins::{CalibrationBins, CalibrationCurve};
use crate::quantile::percentile;
use crate::{MetricError, check};

/// How probabilities are put into bins, as scikit-learn's `strategy`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Binning {
    /// Bins of one width.
    #[default]
    Uniform,
    /// Bins with as many predictions each, as far as ties allow; weights do not count in this.
    Quantile,
}

/// The reliability curve, as scikit-learn's `calibration_curve`.
///
/// `y_true` holds 0 and 1, `y_prob` the probability of 1. For several classes take the predicted class and whether it was
/// right: [`top_label`]. `weights`: one an item, `None`: all count 1.
///
/// # Errors
/// No items, lists that differ in length, a label other than 0 and 1, a number outside `[0, 1]`, `bins` below 1, a weight
/// below 0 or not finite, weights that are all 0.
///
/// ```
/// use kiln_metrics::{Binning, calibration_curve};
///
/// let p = [0.1, 0.2, 0.3, 0.4, 0.65, 0.7, 0.8, 0.9, 1.0];
/// let curve = calibration_curve(&[0, 0, 0, 0, 1, 1, 1, 1, 1], &p, 3, Binning::Uniform, None)?;
/// assert_eq!(curve.prob_true(), [0.0, 0.5, 1.0]);
/// assert!((curve.prob_pred()[1] - 0.525).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn calibration_curve(
    y_true: &[u32],
    y_prob: &[f64],
    bins: usize,
    binning: Binning,
    weights: Option<&[f64]>,
) -> Result<CalibrationCurve, MetricError> {
    check::same_length(y_true, "y_prob", y_prob)?;
    check::probabilities("y_prob", y_prob)?;
    let mut sums = CalibrationBins::new(bins)?;
    if binning == Binning::Quantile {
        let mut sorted = y_prob.to_vec();
        sorted.sort_by(f64::total_cmp);
        let edge = |edge: usize| percentile(&sorted, edge as f64 * (1.0 / bins as f64) * 100.0);
        sums = CalibrationBins::between(sorted[0], (1..bins).map(edge).collect(), sorted[sorted.len() - 1]);
    }
    sums.add(y_true, y_prob, weights)?;
    sums.finish()
}

/// Expected calibration error in bins of one width: mean |frequency − confidence|, `[0, 1]` (Naeini et al. 2015). Smaller is
/// better.
///
/// `y_prob` is row-major, `[items, classes]`: the probability of the predicted class is compared with how often it is right.
/// With one number an item it is the probability of class 1 of two, compared with how often that occurs.
///
/// # Errors
/// As [`calibration_curve`]; a label that is no class.
///
/// ```
/// // Says 0.8 and is right in one of two cases.
/// let ece = kiln_metrics::expected_calibration_error(&[0, 1], &[0.8, 0.2, 0.8, 0.2], 10, None)?;
/// assert!((ece - 0.3).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn expected_calibration_error(
    y_true: &[u32],
    y_prob: &[f64],
    bins: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Ok(curve_of_rows(y_true, y_prob, bins, weights)?.ece())
}

/// Maximum calibration error in bins of one width: the largest |frequency − confidence|, `[0, 1]`. Smaller is better.
/// Arguments as [`expected_calibration_error`].
///
/// # Errors
/// As [`expected_calibration_error`].
pub fn maximum_calibration_error(
    y_true: &[u32],
    y_prob: &[f64],
    bins: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    Ok(curve_of_rows(y_true, y_prob, bins, weights)?.mce())
}

/// Whether the predicted class is right, 0 or 1, and its probability: what calibration looks at for several classes.
///
/// `y_prob` is row-major, `[items, classes]`, at least two classes. Of equal probabilities the first is predicted, as numpy's
/// argmax.
///
/// # Errors
/// No items, a table that is not whole rows, a label that is no class, a number outside `[0, 1]`.
pub fn top_label(y_true: &[u32], y_prob: &[f64]) -> Result<(Vec<u32>, Vec<f64>), MetricError> {
    let classes = check::columns(y_true, "y_prob", y_prob, 2)?;
    check::labels("y_true", y_true, classes)?;
    check::probabilities("y_prob", y_prob)?;
    let top = |(row, &label): (&[f64], &u32)| {
        let first_best =
            |best: (usize, f64), (class, &p): (usize, &f64)| if p > best.1 { (class, p) } else { best };
        let (class, probability) = row.iter().enumerate().fold((0, row[0]), first_best);
        (u32::from(class == label as usize), probability)
    };
    Ok(y_prob.chunks(classes).zip(y_true).map(top).unzip())
}

fn curve_of_rows(
    y_true: &[u32],
    y_prob: &[f64],
    bins: usize,
    weights: Option<&[f64]>,
) -> Result<CalibrationCurve, MetricError> {
    if check::columns(y_true, "y_prob", y_prob, 1)? == 1 {
        return calibration_curve(y_true, y_prob, bins, Binning::Uniform, weights);
    }
    let (right, confidence) = top_label(y_true, y_prob)?;
    calibration_curve(&right, &confidence, bins, Binning::Uniform, weights)
}
