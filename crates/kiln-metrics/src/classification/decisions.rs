//! Scores of what a model decides by: top-k accuracy, hinge loss.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Share of the items whose class is among the `k` highest scores, as scikit-learn's `top_k_accuracy_score` with
/// `labels=range(classes)`. Larger is better.
///
/// `y_score` is row-major, `[items, classes]`, at least two classes. Of equal scores the later class counts as the higher,
/// as in scikit-learn.
///
/// # Errors
/// No items, lists that do not fit, a label that is no class, a score that is not finite, `k` below 1, a weight below 0 or
/// not finite, weights that are all 0.
///
/// ```
/// let scores = [0.5, 0.2, 0.3, 0.1, 0.3, 0.6];
/// assert_eq!(kiln_metrics::top_k_accuracy_score(&[2, 0], &scores, 2, None)?, 0.5);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn top_k_accuracy_score(
    y_true: &[u32],
    y_score: &[f64],
    k: usize,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    kiln_core::check::at_least("k", k, 1)?;
    let classes = check::columns(y_true, "y_score", y_score, 2)?;
    check::labels("y_true", y_true, classes)?;
    check::finite("y_score", y_score)?;
    let hit = |item: usize| {
        let row = &y_score[item * classes..(item + 1) * classes];
        let label = y_true[item] as usize;
        let own = row[label];
        let is_above = |(class, &score): (usize, &f64)| score > own || (score == own && class > label);
        f64::from(u8::from(row.iter().enumerate().filter(|cell| is_above(*cell)).count() < k))
    };
    Ok(Weights::of(weights, y_true.len())?.mean(hit))
}

/// Mean hinge loss, as scikit-learn's `hinge_loss`. Smaller is better.
///
/// `decision` is row-major. With one number an item it is the decision for class 1 of two, and the loss
/// max(0, 1 − d) for class 1, max(0, 1 + d) for class 0. With a number for each class it is the loss of Crammer and Singer
/// 2001, max(0, 1 − (d of the class − highest other d)).
///
/// # Errors
/// No items, lists that do not fit, a label that is no class, a number that is not finite, a weight below 0 or not finite,
/// weights that are all 0.
///
/// ```
/// let loss = kiln_metrics::hinge_loss(&[0, 1, 1], &[-2.18, 2.36, 0.09], None)?;
/// assert!((loss - 0.91 / 3.0).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn hinge_loss(y_true: &[u32], decision: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let columns = check::columns(y_true, "decision", decision, 1)?;
    check::labels("y_true", y_true, columns.max(2))?;
    check::finite("decision", decision)?;
    let margin = |item: usize| {
        let label = y_true[item] as usize;
        match &decision[item * columns..(item + 1) * columns] {
            [decision] if label == 1 => *decision,
            [decision] => -decision,
            row => {
                let others = row.iter().enumerate().filter(|(class, _)| *class != label);
                row[label] - others.map(|(_, &other)| other).fold(f64::NEG_INFINITY, f64::max)
            }
        }
    };
    Ok(Weights::of(weights, y_true.len())?.mean(|item| (1.0 - margin(item)).max(0.0)))
}
