//! How good the probabilities of a classifier could be if they were honest.

use super::temperature::{CalibrationError, check, newton, slopes};

/// Least and largest 1/T. A part that is separated without an error has no best temperature; within these bounds it has.
const BOUNDS: (f64, f64) = (1.0 / 32.0, 8.0);

/// What a classifier's log-loss is made of: how well it tells the classes apart, and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Refinement {
    /// The log-loss of softmax(logits / T) at the best temperature T from 1/8 to 32: what is left of the log-loss when the model is
    /// exactly as sure as it should be.
    pub loss: f64,
    /// That temperature; 1 where ever surer is ever better, as it is where the items are told apart without an error: they do
    /// not say how sure is too sure.
    pub temperature: f64,
}

/// The refinement of logits, row-major `[labels.len(), classes]`, by the temperature that is best for these very items, each with
/// its weight (`None`: all count 1).
///
/// A network goes on learning to tell classes apart long after it has become too sure of itself. Its log-loss then rises, and
/// picks weights that are half trained; the refinement does not rise, and how sure it is one temperature puts right afterwards
/// (Berta, Holzmüller, Jordan and Bach: Rethinking early stopping: refine, then calibrate, 2025).
///
/// ```
/// use kiln_validate::calibration::refinement;
///
/// // Right three times in four, and ten times too sure of it.
/// let logits = [0.0, 11.0, 0.0, 11.0, 11.0, 0.0, 0.0, 11.0];
/// let found = refinement(&logits, &[1, 1, 0, 0], None)?;
/// assert!((found.temperature - 11.0 / 3.0_f64.ln()).abs() < 1e-6);
/// let entropy = -(0.75 * 0.75_f64.ln() + 0.25 * 0.25_f64.ln());
/// assert!((found.loss - entropy).abs() < 1e-12);
/// # Ok::<(), kiln_validate::calibration::CalibrationError>(())
/// ```
///
/// # Errors
/// [`CalibrationError`], but for [`CalibrationError::NoOptimum`].
pub fn refinement(
    logits: &[f64],
    labels: &[u32],
    weights: Option<&[f64]>,
) -> Result<Refinement, CalibrationError> {
    let classes = check(logits, labels)?;
    let weights = weights.filter(|weights| weights.len() == labels.len());
    let at = |b: f64| slopes(logits, labels, weights, classes, b);
    let (low, high) = BOUNDS;
    let b = if at(low).0 >= 0.0 {
        low
    } else if at(high).0 <= 0.0 {
        high
    } else {
        newton(BOUNDS, at)
    };
    let temperature = if b == high { 1.0 } else { 1.0 / b };
    Ok(Refinement { loss: log_loss(logits, labels, weights, classes, b), temperature })
}

/// The mean log-loss of softmax(b · logits).
fn log_loss(logits: &[f64], labels: &[u32], weights: Option<&[f64]>, classes: usize, b: f64) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for (item, (row, &label)) in logits.chunks(classes).zip(labels).enumerate() {
        let weight = weights.map_or(1.0, |weights| weights[item]);
        let own = row[label as usize];
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: f64 = row.iter().map(|logit| (b * (logit - largest)).exp()).sum();
        sum += weight * (powers.ln() + b * (largest - own));
        total += weight;
    }
    sum / total
}
