//! Temperature scaling: one number that makes the probabilities of a classifier honest.

use kiln_core::{ErrorKind, Explain};

/// Why there is no temperature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// Nothing to fit to.
    #[error("there are no items to calibrate on")]
    NoItems,
    /// Logits are not a whole number of rows, or a label has no logit.
    #[error("{logits} logits and {labels} labels do not belong together")]
    Shape {
        /// How many logits.
        logits: usize,
        /// How many labels.
        labels: usize,
    },
    /// A logit that is NaN or infinite.
    #[error("logit {index}, counted from 0, is not finite")]
    NotFinite {
        /// Which.
        index: usize,
    },
    /// The best temperature would be 0 or infinite.
    #[error("no temperature is best: the classes are separated without an error, or not at all")]
    NoOptimum,
}

impl Explain for CalibrationError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Data
    }

    fn help(&self) -> Option<String> {
        let help = matches!(self, Self::NoOptimum)
            .then_some("calibrate on more items, which the model has not seen");
        help.map(str::to_owned)
    }
}

/// The temperature T that makes softmax(logits / T) most likely (Guo et al.: On calibration of modern neural networks,
/// 2017). `logits` is row-major, `[labels.len(), classes]`, of items that the model was not trained on.
///
/// With b = 1/T the loss is convex; Newton's method, kept within a bracket, finds its minimum to full precision.
///
/// # Errors
/// [`CalibrationError`].
pub fn temperature(logits: &[f64], labels: &[u32]) -> Result<f64, CalibrationError> {
    let classes = check(logits, labels)?;
    // The slope rises with b: the minimum is where it changes its sign.
    let (low, high) = (1e-6, 1e6);
    if slopes(logits, labels, None, classes, low).0 >= 0.0
        || slopes(logits, labels, None, classes, high).0 <= 0.0
    {
        return Err(CalibrationError::NoOptimum);
    }
    Ok(1.0 / newton((low, high), |b| slopes(logits, labels, None, classes, b)))
}

/// Where a slope that rises changes its sign, between `low` and `high`: `slopes` gives it and its own slope.
pub(super) fn newton((mut low, mut high): (f64, f64), slopes: impl Fn(f64) -> (f64, f64)) -> f64 {
    let mut b = 1.0;
    for _ in 0..200 {
        let (slope, curvature) = slopes(b);
        if slope > 0.0 {
            high = b
        } else {
            low = b
        }
        let newton = b - slope / curvature;
        // Between ends that are orders of magnitude apart the geometric mean halves the digits.
        let next = if newton > low && newton < high { newton } else { f64::sqrt(low * high) };
        let done = (next - b).abs() <= 1e-15 * b;
        b = next;
        if done {
            break;
        }
    }
    b
}

/// The number of classes.
pub(super) fn check(logits: &[f64], labels: &[u32]) -> Result<usize, CalibrationError> {
    if labels.is_empty() {
        return Err(CalibrationError::NoItems);
    }
    let classes = logits.len() / labels.len();
    let fits =
        classes * labels.len() == logits.len() && labels.iter().all(|&label| (label as usize) < classes);
    if !fits {
        return Err(CalibrationError::Shape { logits: logits.len(), labels: labels.len() });
    }
    if let Some(index) = logits.iter().position(|logit| !logit.is_finite()) {
        return Err(CalibrationError::NotFinite { index });
    }
    Ok(classes)
}

/// First and second derivative of the mean log-loss of softmax(b · logits) by b.
pub(super) fn slopes(
    logits: &[f64],
    labels: &[u32],
    weights: Option<&[f64]>,
    classes: usize,
    b: f64,
) -> (f64, f64) {
    let (mut sums, mut total) = ((0.0, 0.0), 0.0);
    for (item, (row, &label)) in logits.chunks(classes).zip(labels).enumerate() {
        let weight = weights.map_or(1.0, |weights| weights[item]);
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let powers: Vec<f64> = row.iter().map(|logit| (b * (logit - largest)).exp()).collect();
        let sum: f64 = powers.iter().sum();
        let mean = row.iter().zip(&powers).map(|(logit, power)| (logit - largest) * power).sum::<f64>() / sum;
        let square =
            row.iter().zip(&powers).map(|(logit, power)| (logit - largest).powi(2) * power).sum::<f64>()
                / sum;
        sums.0 += weight * (mean - (row[label as usize] - largest));
        sums.1 += weight * (square - mean * mean);
        total += weight;
    }
    (sums.0 / total, sums.1 / total)
}
