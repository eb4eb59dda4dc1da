//! Scores of predicted labels, in one call.

use super::confusion::ConfusionMatrix;
use super::kappa::KappaWeights;
use super::present::{counts, positions, present};
use crate::weights::Weights;
use crate::{MetricError, check};

/// The confusion matrix of labels from 0 to `classes` − 1, as scikit-learn's `confusion_matrix` with
/// `labels=range(classes)`. `weights`: one an item, `None`: all count 1.
///
/// # Errors
/// No items, lists that differ in length, a label that is no class, a weight below 0 or not finite.
///
/// ```
/// let matrix = kiln_metrics::confusion_matrix(&[0, 1, 1], &[0, 1, 0], 2, None)?;
/// assert_eq!(matrix.rows().collect::<Vec<_>>(), [[1.0, 0.0], [1.0, 1.0]]);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn confusion_matrix(
    y_true: &[u32],
    y_pred: &[u32],
    classes: usize,
    weights: Option<&[f64]>,
) -> Result<ConfusionMatrix, MetricError> {
    check::same_length(y_true, "y_pred", y_pred)?;
    let mut matrix = ConfusionMatrix::new(classes);
    matrix.add(y_true, y_pred, weights)?;
    Ok(matrix)
}

/// Share of the items that are predicted right, as scikit-learn's `accuracy_score`. Larger is better.
///
/// # Errors
/// No items, lists that differ in length, a weight below 0 or not finite, weights that are all 0; so for all that follow.
///
/// ```
/// assert_eq!(kiln_metrics::accuracy_score(&[0, 1, 2, 2], &[0, 1, 1, 2], None)?, 0.75);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn accuracy_score(y_true: &[u32], y_pred: &[u32], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let items = check::same_length(y_true, "y_pred", y_pred)?;
    Ok(Weights::of(weights, items)?.mean(|item| f64::from(u8::from(y_true[item] == y_pred[item]))))
}

/// Share of the items that are predicted wrong, as scikit-learn's `zero_one_loss`. Smaller is better.
///
/// # Errors
/// As [`accuracy_score`].
pub fn zero_one_loss(y_true: &[u32], y_pred: &[u32], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let items = check::same_length(y_true, "y_pred", y_pred)?;
    Ok(Weights::of(weights, items)?.mean(|item| f64::from(u8::from(y_true[item] != y_pred[item]))))
}

/// Share of wrong labels, as scikit-learn's `hamming_loss`. Smaller is better. `labels`: how many labels an item has;
/// both lists are row-major, `[items, labels]`. With one label an item this is [`zero_one_loss`].
///
/// # Errors
/// As [`accuracy_score`]; a list that is not whole rows.
///
/// ```
/// // Two items with three labels each, one of six labels is wrong.
/// let loss = kiln_metrics::hamming_loss(&[1, 0, 1, 0, 0, 1], &[1, 0, 1, 0, 1, 1], 3, None)?;
/// assert!((loss - 1.0 / 6.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn hamming_loss(
    y_true: &[u32],
    y_pred: &[u32],
    labels: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let items = check::rows(y_true, "y_pred", y_pred, labels)?;
    let wrong = |item: usize| {
        let row = item * labels..(item + 1) * labels;
        y_true[row.clone()].iter().zip(&y_pred[row]).filter(|(a, b)| a != b).count() as f64 / labels as f64
    };
    Ok(Weights::of(weights, items)?.mean(wrong))
}

/// Mean over the classes that have items of the share that is found, as scikit-learn's `balanced_accuracy_score`. Larger
/// is better. [`ClassCounts::balanced_accuracy`](crate::ClassCounts::balanced_accuracy) adjusts for chance.
///
/// # Errors
/// As [`accuracy_score`].
pub fn balanced_accuracy_score(
    y_true: &[u32],
    y_pred: &[u32],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts(y_true, y_pred, weights)?.1.balanced_accuracy(false)
}

/// Matthews' correlation coefficient, from −1 to 1, as scikit-learn's `matthews_corrcoef`: 0 where all items or all
/// predictions are of one class. Larger is better.
///
/// # Errors
/// As [`accuracy_score`].
pub fn matthews_corrcoef(
    y_true: &[u32],
    y_pred: &[u32],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    counts(y_true, y_pred, weights)?.1.matthews()
}

/// Agreement beyond chance, as scikit-learn's `cohen_kappa_score`: 1 at best, 0 for chance. Larger is better.
///
/// Distances for [`KappaWeights::Linear`] and [`KappaWeights::Quadratic`] are between the classes that occur in either
/// list, in their order, as in scikit-learn. [`ConfusionMatrix::cohen_kappa`] counts those between, too.
///
/// # Errors
/// As [`accuracy_score`]; [`MetricError::Undefined`] when all is of one class.
///
/// ```
/// use kiln_metrics::{KappaWeights, cohen_kappa_score};
///
/// let kappa = cohen_kappa_score(&[0, 1, 2, 2], &[0, 1, 2, 1], KappaWeights::Quadratic, None)?;
/// assert!((kappa - 0.8).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn cohen_kappa_score(
    y_true: &[u32],
    y_pred: &[u32],
    kappa: KappaWeights,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    check::same_length(y_true, "y_pred", y_pred)?;
    let present = present(y_true, y_pred);
    let (y_true, y_pred) = (positions(&present, y_true), positions(&present, y_pred));
    confusion_matrix(&y_true, &y_pred, present.len(), weights)?.cohen_kappa(kappa)
}
