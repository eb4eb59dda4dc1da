//! The precision-recall curve and average precision, for two classes.

use super::ranked::Ranked;
use crate::MetricError;

/// Precision over recall: one point a threshold, from the lowest up.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PrecisionRecallCurve {
    /// Share of class 1 among the items with a score at or above the threshold; one more than thresholds, the last is 1.
    pub precision: Vec<f64>,
    /// Share of class 1 with a score at or above the threshold, falling; one more than thresholds, the last is 0.
    pub recall: Vec<f64>,
    /// The thresholds, rising.
    pub thresholds: Vec<f64>,
}

/// The precision-recall curve, as scikit-learn's `precision_recall_curve`.
///
/// `y_true` holds 0 and 1, `y_score` what is larger the more likely class 1 is.
///
/// # Errors
/// No items, lists that differ in length, a label other than 0 and 1, a score that is not finite, a weight below 0 or
/// not finite; [`MetricError::MissingClass`] when no item with a weight is of class 1 (scikit-learn warns).
///
/// ```
/// let curve = kiln_metrics::precision_recall_curve(&[0, 0, 1, 1], &[0.1, 0.4, 0.35, 0.8], None)?;
/// assert_eq!(curve.precision, [0.5, 2.0 / 3.0, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.recall, [1.0, 1.0, 0.5, 0.5, 0.0]);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn precision_recall_curve(
    y_true: &[u32],
    y_score: &[f64],
    weights: Option<&[f64]>,
) -> Result<PrecisionRecallCurve, MetricError> {
    let ranked = Ranked::of(y_true, y_score, weights)?;
    let positives = ranked.positives("precision-recall curve")?;
    let both = ranked.true_positives.iter().zip(&ranked.false_positives).rev();
    Ok(PrecisionRecallCurve {
        precision: both.map(|(tp, fp)| tp / (tp + fp)).chain([1.0]).collect(),
        recall: ranked.true_positives.iter().rev().map(|tp| tp / positives).chain([0.0]).collect(),
        thresholds: ranked.thresholds.iter().rev().copied().collect(),
    })
}

/// Average precision of two classes, as scikit-learn's `average_precision_score`: the mean of the precisions at each
/// threshold, weighted by the recall that it adds, without interpolation. Larger is better. O(n log n).
///
/// For more classes see [`average_precision_score_ovr`](crate::average_precision_score_ovr).
///
/// # Errors
/// As [`precision_recall_curve`].
///
/// ```
/// let ap = kiln_metrics::average_precision_score(&[0, 0, 1, 1], &[0.1, 0.4, 0.35, 0.8], None)?;
/// assert!((ap - 5.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn average_precision_score(
    y_true: &[u32],
    y_score: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let ranked = Ranked::of(y_true, y_score, weights)?;
    let positives = ranked.positives("average precision")?;
    let (mut sum, mut before) = (0.0, 0.0);
    for (&tp, &fp) in ranked.true_positives.iter().zip(&ranked.false_positives) {
        sum += (tp - before) * (tp / (tp + fp));
        before = tp;
    }
    Ok(sum / positives)
}
