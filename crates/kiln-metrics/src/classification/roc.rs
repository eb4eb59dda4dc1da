//! The ROC curve and the area under it, for two classes.

use super::ranked::Ranked;
use crate::{MetricError, check};

/// A receiver operating characteristic: one point a threshold, from the strictest down.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RocCurve {
    /// Share of class 0 with a score at or above the threshold, rising from 0 to 1.
    pub fpr: Vec<f64>,
    /// Share of class 1 with a score at or above the threshold, rising from 0 to 1.
    pub tpr: Vec<f64>,
    /// The thresholds, falling. The first is infinite: nothing is at or above it.
    pub thresholds: Vec<f64>,
}

impl RocCurve {
    /// The area under the curve.
    pub fn auc(&self) -> f64 {
        area(&self.fpr, &self.tpr)
    }
}

/// The ROC curve, as scikit-learn's `roc_curve` with `drop_intermediate=False`.
///
/// `y_true` holds 0 and 1, `y_score` what is larger the more likely class 1 is: a probability, a logit, a distance.
///
/// # Errors
/// No items, lists that differ in length, a label other than 0 and 1, a score that is not finite, a weight below 0 or
/// not finite; [`MetricError::MissingClass`] when all items with a weight are of one class.
///
/// ```
/// let curve = kiln_metrics::roc_curve(&[0, 0, 1, 1], &[0.1, 0.4, 0.35, 0.8], None)?;
/// assert_eq!(curve.fpr, [0.0, 0.0, 0.5, 0.5, 1.0]);
/// assert_eq!(curve.tpr, [0.0, 0.5, 0.5, 1.0, 1.0]);
/// assert_eq!(curve.auc(), 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn roc_curve(y_true: &[u32], y_score: &[f64], weights: Option<&[f64]>) -> Result<RocCurve, MetricError> {
    let ranked = Ranked::of(y_true, y_score, weights)?;
    let (positives, negatives) = (ranked.positives("ROC curve")?, ranked.negatives("ROC curve")?);
    let shares = |sums: &[f64], all: f64| -> Vec<f64> {
        std::iter::once(0.0).chain(sums.iter().map(|sum| sum / all)).collect()
    };
    Ok(RocCurve {
        fpr: shares(&ranked.false_positives, negatives),
        tpr: shares(&ranked.true_positives, positives),
        thresholds: std::iter::once(f64::INFINITY).chain(ranked.thresholds).collect(),
    })
}

/// Area under the ROC curve of two classes, as scikit-learn's `roc_auc_score`: the probability that an item of class 1
/// scores above one of class 0, ties counted half. Larger is better. O(n log n).
///
/// For more classes see [`roc_auc_score_ovr`](crate::roc_auc_score_ovr) and [`roc_auc_score_ovo`](crate::roc_auc_score_ovo).
///
/// # Errors
/// As [`roc_curve`].
///
/// ```
/// assert_eq!(kiln_metrics::roc_auc_score(&[0, 0, 1, 1], &[0.1, 0.4, 0.35, 0.8], None)?, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn roc_auc_score(y_true: &[u32], y_score: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let ranked = Ranked::of(y_true, y_score, weights)?;
    let (positives, negatives) = (ranked.positives("ROC AUC")?, ranked.negatives("ROC AUC")?);
    let (mut area, mut before) = (0.0, (0.0, 0.0));
    for (&tp, &fp) in ranked.true_positives.iter().zip(&ranked.false_positives) {
        area += (fp - before.1) * (tp + before.0) / 2.0;
        before = (tp, fp);
    }
    Ok(area / positives / negatives)
}

/// Area under a curve through points whose `x` rise or fall, by the trapezoidal rule, as scikit-learn's `auc`.
///
/// # Errors
/// Fewer than two points, lists that differ in length, a number that is not finite, `x` that turn.
///
/// ```
/// assert_eq!(kiln_metrics::auc(&[0.0, 0.5, 1.0], &[0.0, 1.0, 1.0])?, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn auc(x: &[f64], y: &[f64]) -> Result<f64, MetricError> {
    let points = check::same_length(x, "y", y)?;
    check::finite("x", x)?;
    check::finite("y", y)?;
    if points < 2 {
        return Err(MetricError::TooFew { metric: "an area", found: points, least: 2 });
    }
    let rises = x.windows(2).all(|pair| pair[0] <= pair[1]);
    let falls = x.windows(2).all(|pair| pair[0] >= pair[1]);
    match (rises, falls) {
        (true, _) => Ok(area(x, y)),
        (_, true) => Ok(-area(x, y)),
        _ => Err(MetricError::Undefined { metric: "an area", why: "x rises and falls" }),
    }
}

fn area(x: &[f64], y: &[f64]) -> f64 {
    x.windows(2).zip(y.windows(2)).map(|(x, y)| (x[1] - x[0]) * (y[0] + y[1]) / 2.0).sum()
}
