//! Precision, recall, F-scores and the Jaccard index of predicted labels, in one call.

use super::counts::ClassCounts;
use super::present::counts;
use super::scores::ClassScore;
use crate::average::Average;
use crate::{MetricError, check};

/// Share of the predictions of a class that are right, as scikit-learn's `precision_score`. Larger is better.
///
/// Averages are over the classes that occur in either list. A class that is never predicted has 0;
/// [`ClassCounts::with_zero_division`] takes another value.
///
/// # Errors
/// As [`accuracy_score`](crate::accuracy_score); with [`Average::Binary`] also a label other than 0 and 1.
///
/// ```
/// use kiln_metrics::{Average, precision_score};
///
/// let (y, y_hat) = ([0, 1, 1, 1], [0, 1, 1, 0]);
/// assert_eq!(precision_score(&y, &y_hat, Average::Binary, None)?, 1.0);
/// assert_eq!(precision_score(&y, &y_hat, Average::Macro, None)?, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn precision_score(
    y_true: &[u32],
    y_pred: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts_for(y_true, y_pred, average, weights)?.precision(average)
}

/// Share of the items of a class that are found, as scikit-learn's `recall_score`. Larger is better. Averages as
/// [`precision_score`].
///
/// # Errors
/// As [`precision_score`].
pub fn recall_score(
    y_true: &[u32],
    y_pred: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts_for(y_true, y_pred, average, weights)?.recall(average)
}

/// Harmonic mean of precision and recall, as scikit-learn's `f1_score`. Larger is better. Averages as [`precision_score`].
///
/// # Errors
/// As [`precision_score`].
///
/// ```
/// use kiln_metrics::{Average, f1_score};
///
/// let f1 = f1_score(&[0, 1, 2, 0, 1, 2], &[0, 2, 1, 0, 0, 1], Average::Macro, None)?;
/// assert!((f1 - 0.8 / 3.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn f1_score(
    y_true: &[u32],
    y_pred: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    fbeta_score(y_true, y_pred, 1.0, average, weights)
}

/// Harmonic mean of precision and recall in which recall counts `beta` times as much, as scikit-learn's `fbeta_score`.
/// Larger is better. Averages as [`precision_score`].
///
/// # Errors
/// As [`precision_score`]; a `beta` below 0 or not finite.
pub fn fbeta_score(
    y_true: &[u32],
    y_pred: &[u32],
    beta: f64,
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts_for(y_true, y_pred, average, weights)?.f_beta(beta, average)
}

/// Hits by all items that are of a class or predicted as it, as scikit-learn's `jaccard_score`. Larger is better.
/// Averages as [`precision_score`].
///
/// # Errors
/// As [`precision_score`].
pub fn jaccard_score(
    y_true: &[u32],
    y_pred: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts_for(y_true, y_pred, average, weights)?.jaccard(average)
}

/// The scores of each class that occurs in either list, rising, as scikit-learn's `precision_recall_fscore_support`.
///
/// # Errors
/// As [`fbeta_score`].
///
/// ```
/// let classes = kiln_metrics::precision_recall_fscore_support(&[0, 3, 3], &[0, 3, 0], 1.0, None)?;
/// assert_eq!((classes[1].class, classes[1].recall, classes[1].support), (3, 0.5, 2.0));
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn precision_recall_fscore_support(
    y_true: &[u32],
    y_pred: &[u32],
    beta: f64,
    weights: Option<&[f64]>,
) -> Result<Vec<ClassScore>, MetricError> {
    let (present, counts) = counts(y_true, y_pred, weights)?;
    let mut scores = counts.per_class(beta)?;
    for score in &mut scores {
        score.class = present[score.class as usize];
    }
    Ok(scores)
}

/// Counts of classes 0 and 1 for [`Average::Binary`], else of the classes that occur.
fn counts_for(
    y_true: &[u32],
    y_pred: &[u32],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<ClassCounts, MetricError> {
    if average != Average::Binary {
        return Ok(counts(y_true, y_pred, weights)?.1);
    }
    check::same_length(y_true, "y_pred", y_pred)?;
    let mut counts = ClassCounts::new(2);
    counts.add(y_true, y_pred, weights)?;
    Ok(counts)
}
