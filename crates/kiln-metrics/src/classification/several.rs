//! Scores of two classes, over more than two: one against the rest, one against one, label by label.

use super::columns::Columns;
use super::precision_recall::average_precision_score;
use super::roc::roc_auc_score;
use crate::average::Average;
use crate::{MetricError, check};

/// Area under the ROC curve of each class against the rest, averaged, as scikit-learn's
/// `roc_auc_score(multi_class="ovr", labels=range(classes))`. Larger is better.
///
/// `y_score` is row-major, `[items, classes]`. Scores of different items are compared, so logits should be made
/// probabilities before. [`Average::Micro`] takes every pair of an item and a class for an item.
///
/// # Errors
/// No items, lists that do not fit, a label that is no class, a score that is not finite, a weight below 0 or not finite;
/// [`MetricError::MissingClass`] when a class has no items, or all of them; [`MetricError::Average`] for
/// [`Average::Binary`].
///
/// ```
/// use kiln_metrics::{Average, roc_auc_score_ovr};
///
/// let p = [0.7, 0.2, 0.1, 0.3, 0.5, 0.2, 0.2, 0.2, 0.6, 0.4, 0.35, 0.25];
/// assert_eq!(roc_auc_score_ovr(&[0, 1, 2, 1], &p, Average::Macro, None)?, 1.0);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn roc_auc_score_ovr(
    y_true: &[u32],
    y_score: &[f64],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let (columns, is_of) = one_vs_rest("ROC AUC", y_true, y_score, average, weights)?;
    columns.average(is_of, roc_auc_score)
}

/// Average precision of each class against the rest, averaged, as scikit-learn's `average_precision_score` of more than
/// two classes. Larger is better. Arguments as [`roc_auc_score_ovr`].
///
/// # Errors
/// As [`roc_auc_score_ovr`], but all items may be of one class with [`Average::Micro`].
pub fn average_precision_score_ovr(
    y_true: &[u32],
    y_score: &[f64],
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let (columns, is_of) = one_vs_rest("average precision", y_true, y_score, average, weights)?;
    columns.average(is_of, average_precision_score)
}

/// Area under the ROC curve of each of several labels that an item may have, averaged, as scikit-learn's `roc_auc_score` of
/// such labels. Larger is better.
///
/// `y_true` holds 1 for a label that an item has and 0 for another; both tables are row-major, `[items, labels]`.
///
/// # Errors
/// As [`roc_auc_score_ovr`]; a label that all items have, or none.
///
/// ```
/// use kiln_metrics::{Average, roc_auc_score_multilabel};
///
/// let (y, scores) = ([1, 0, 1, 1, 0, 1], [0.9, 0.75, 0.6, 0.8, 0.3, 0.7]);
/// assert_eq!(roc_auc_score_multilabel(&y, &scores, 2, Average::Macro, None)?, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn roc_auc_score_multilabel(
    y_true: &[u32],
    y_score: &[f64],
    labels: usize,
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let columns = multilabel("ROC AUC", y_true, y_score, labels, (average, weights))?;
    columns.average(|item, label| y_true[item * labels + label] == 1, roc_auc_score)
}

/// Average precision of each of several labels that an item may have, averaged, as scikit-learn's `average_precision_score` of
/// such labels. Larger is better. Arguments as [`roc_auc_score_multilabel`].
///
/// # Errors
/// As [`roc_auc_score_ovr`]; a label that no item has.
pub fn average_precision_score_multilabel(
    y_true: &[u32],
    y_score: &[f64],
    labels: usize,
    average: Average,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let columns = multilabel("average precision", y_true, y_score, labels, (average, weights))?;
    columns.average(|item, label| y_true[item * labels + label] == 1, average_precision_score)
}

/// Area under the ROC curve of each class against each other one, averaged, as scikit-learn's
/// `roc_auc_score(multi_class="ovo", labels=range(classes))` (Hand and Till 2001). Larger is better. It does not depend on
/// how many items each class has, and takes no weights. `y_score` as in [`roc_auc_score_ovr`].
///
/// # Errors
/// As [`roc_auc_score_ovr`]; [`MetricError::Average`] for other than [`Average::Macro`] and [`Average::Weighted`], which
/// weighs a pair of classes by the items of both.
pub fn roc_auc_score_ovo(y_true: &[u32], y_score: &[f64], average: Average) -> Result<f64, MetricError> {
    let classes = check::columns(y_true, "y_score", y_score, 2)?;
    check::labels("y_true", y_true, classes)?;
    if !matches!(average, Average::Macro | Average::Weighted) {
        return Err(MetricError::Average { metric: "ROC AUC", average, over: "over pairs of classes" });
    }
    let mut items_of: Vec<Vec<usize>> = vec![Vec::new(); classes];
    for (item, &label) in y_true.iter().enumerate() {
        items_of[label as usize].push(item);
    }
    if let Some(class) = items_of.iter().position(Vec::is_empty) {
        return Err(MetricError::MissingClass { metric: "ROC AUC", class });
    }
    let (mut sum, mut all) = (0.0, 0.0);
    for (a, items_of_a) in items_of.iter().enumerate() {
        for (b, items_of_b) in items_of.iter().enumerate().skip(a + 1) {
            let items = || items_of_a.iter().chain(items_of_b);
            let auc_of = |class: usize| {
                let labels: Vec<u32> =
                    items().map(|&item| u32::from(y_true[item] as usize == class)).collect();
                let scores: Vec<f64> = items().map(|&item| y_score[item * classes + class]).collect();
                roc_auc_score(&labels, &scores, None)
            };
            let weight = if average == Average::Weighted { items().count() as f64 } else { 1.0 };
            sum += weight * (auc_of(a)? + auc_of(b)?) / 2.0;
            all += weight;
        }
    }
    Ok(sum / all)
}

fn one_vs_rest<'a>(
    metric: &'static str,
    y_true: &'a [u32],
    y_score: &'a [f64],
    average: Average,
    weights: Option<&'a [f64]>,
) -> Result<(Columns<'a>, impl Fn(usize, usize) -> bool + use<'a>), MetricError> {
    let columns = check::columns(y_true, "y_score", y_score, 2)?;
    check::labels("y_true", y_true, columns)?;
    let is_of = move |item: usize, class: usize| y_true[item] as usize == class;
    Ok((Columns { metric, y_score, columns, average, weights }, is_of))
}

fn multilabel<'a>(
    metric: &'static str,
    y_true: &[u32],
    y_score: &'a [f64],
    columns: usize,
    (average, weights): (Average, Option<&'a [f64]>),
) -> Result<Columns<'a>, MetricError> {
    check::rows(y_true, "y_score", y_score, columns)?;
    check::labels("y_true", y_true, 2)?;
    Ok(Columns { metric, y_score, columns, average, weights })
}
