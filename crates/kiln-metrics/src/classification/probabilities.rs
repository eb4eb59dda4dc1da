//! Scores of the probabilities of classes.

use crate::weights::Weights;
use crate::{MetricError, check};

/// Mean over the items of −ln p of the item's class, as scikit-learn's `log_loss` with `labels=range(classes)`. Smaller is
/// better.
///
/// `y_prob` is row-major, `[items, classes]`; with one number an item it is the probability of class 1 of two.
/// Probabilities are kept above f64's epsilon, so that the loss is finite.
///
/// # Errors
/// No items, lists that do not fit, a label that is no class, a number outside `[0, 1]`, a weight below 0 or not finite,
/// weights that are all 0.
///
/// ```
/// use kiln_metrics::log_loss;
///
/// let loss = log_loss(&[0, 1, 1], &[0.1, 0.8, 0.7], None)?;
/// assert!((loss - log_loss(&[0, 1, 1], &[0.9, 0.1, 0.2, 0.8, 0.3, 0.7], None)?).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn log_loss(y_true: &[u32], y_prob: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let table = Table::of(y_true, y_prob, weights)?;
    Ok(table.weights.mean(|item| -clamped(table.of_class(item, y_true[item] as usize)).ln()))
}

/// Share of the log loss of the classes' frequencies that a model explains, as scikit-learn's `d2_log_loss_score` with
/// `labels=range(classes)`: 1 at best, 0 for a model that says the frequencies. Larger is better. `y_prob` as in [`log_loss`].
///
/// # Errors
/// As [`log_loss`]; [`MetricError::TooFew`] for one item, [`MetricError::Undefined`] when all items are of one class.
pub fn d2_log_loss_score(
    y_true: &[u32],
    y_prob: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let metric = "D² of the log loss";
    let loss = log_loss(y_true, y_prob, weights)?;
    let table = Table::of(y_true, y_prob, weights)?;
    if y_true.len() < 2 {
        return Err(MetricError::TooFew { metric, found: y_true.len(), least: 2 });
    }
    let shares = table.frequencies(y_true);
    if shares.iter().filter(|&&share| share > 0.0).count() < 2 {
        return Err(MetricError::Undefined { metric, why: "all items are of one class" });
    }
    Ok(1.0 - loss / table.weights.mean(|item| -clamped(shares[y_true[item] as usize]).ln()))
}

/// Mean squared error of probabilities, as scikit-learn's `brier_score_loss`. Smaller is better.
///
/// With two classes it is (p − y)² of class 1, `[0, 1]`; with more Σ (p − [class is the label])², `[0, 2]`. `y_prob` as in
/// [`log_loss`].
///
/// # Errors
/// As [`log_loss`].
///
/// ```
/// let brier = kiln_metrics::brier_score_loss(&[0, 1, 1, 0], &[0.1, 0.9, 0.8, 0.3], None)?;
/// assert!((brier - 0.0375).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn brier_score_loss(y_true: &[u32], y_prob: &[f64], weights: Option<&[f64]>) -> Result<f64, MetricError> {
    let table = Table::of(y_true, y_prob, weights)?;
    let scale = if table.classes() == 2 { 0.5 } else { 1.0 };
    let error = |item: usize, class: usize| {
        table.of_class(item, class) - f64::from(u8::from(y_true[item] as usize == class))
    };
    let row = |item| (0..table.classes()).map(|class| error(item, class).powi(2)).sum::<f64>();
    Ok(scale * table.weights.mean(row))
}

/// Labels with a table of probabilities.
struct Table<'a> {
    numbers: &'a [f64],
    columns: usize,
    weights: Weights<'a>,
}

impl<'a> Table<'a> {
    fn of(y_true: &[u32], y_prob: &'a [f64], weights: Option<&'a [f64]>) -> Result<Self, MetricError> {
        let columns = check::columns(y_true, "y_prob", y_prob, 1)?;
        let table = Self { numbers: y_prob, columns, weights: Weights::of(weights, y_true.len())? };
        check::labels("y_true", y_true, table.classes())?;
        check::probabilities("y_prob", y_prob)?;
        Ok(table)
    }

    fn classes(&self) -> usize {
        self.columns.max(2)
    }

    fn of_class(&self, item: usize, class: usize) -> f64 {
        match (self.columns, class) {
            (1, 0) => 1.0 - self.numbers[item],
            (1, _) => self.numbers[item],
            (columns, class) => self.numbers[item * columns + class],
        }
    }

    /// The share of the weight that each class has.
    fn frequencies(&self, y_true: &[u32]) -> Vec<f64> {
        let mut shares = vec![0.0; self.classes()];
        for (item, &label) in y_true.iter().enumerate() {
            shares[label as usize] += self.weights.at(item);
        }
        let total = self.weights.total();
        shares.iter().map(|share| share / total).collect()
    }
}

fn clamped(probability: f64) -> f64 {
    probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON)
}
