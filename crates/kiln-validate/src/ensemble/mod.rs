//! Weights for the mean of several models, chosen by what they predict for items that they have not been trained on.

mod error;
#[cfg(test)]
mod golden;

pub use error::EnsembleError;

/// Weights of models, and what chose them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Selection {
    /// The weight of each model, in their order; 0 for those that are left out. They sum to 1.
    pub weights: Vec<f64>,
    /// The loss of the weighted mean.
    pub loss: f64,
    /// The loss of each model by itself.
    pub alone: Vec<f64>,
}

/// Greedy ensemble selection (Caruana, Niculescu-Mizil, Crew and Ksikes: Ensemble selection from libraries of models, 2004): begins with the best model and adds,
/// again and again, the one whose addition makes the loss of the mean the least. A model may be added several times. Of all
/// means on the way that with the least loss counts, the first of equals.
///
/// `candidates`: what each model predicts, as lists of one length: probabilities of classes, or numbers. `rounds`: how many additions, at least 1.
/// `loss` of such a list is the less the better; one that is NaN is never chosen.
///
/// ```
/// use kiln_validate::ensemble::{EnsembleError, select};
///
/// let actual = [1.0, 2.0, 3.0];
/// let mse = |predicted: &[f64]| predicted.iter().zip(&actual).map(|(p, y)| (p - y) * (p - y)).sum::<f64>() / 3.0;
/// // One is too high, one as much too low, and one is far off.
/// let candidates = [vec![1.5, 2.5, 3.5], vec![0.5, 1.5, 2.5], vec![9.0, 9.0, 9.0]];
/// let found = select(&candidates, 10, mse)?;
/// assert_eq!((found.weights.as_slice(), found.loss), (&[0.5, 0.5, 0.0][..], 0.0));
/// # Ok::<(), EnsembleError>(())
/// ```
///
/// # Errors
/// [`EnsembleError`]: no models, lists of different lengths, no loss that is a number.
pub fn select(
    candidates: &[Vec<f64>],
    rounds: usize,
    loss: impl Fn(&[f64]) -> f64,
) -> Result<Selection, EnsembleError> {
    let length = candidates.first().ok_or(EnsembleError::NoModels)?.len();
    if let Some(model) = candidates.iter().position(|candidate| candidate.len() != length) {
        return Err(EnsembleError::Length { model, expected: length, found: candidates[model].len() });
    }
    let alone: Vec<f64> = candidates.iter().map(|candidate| loss(candidate)).collect();
    let (mut sum, mut mean) = (vec![0.0; length], vec![0.0; length]);
    let mut counts = vec![0_u32; candidates.len()];
    let mut best: Option<(f64, Vec<u32>)> = None;
    for added in 1..=rounds.max(1) {
        let mut chosen: Option<(usize, f64)> = None;
        for (model, candidate) in candidates.iter().enumerate() {
            let members = sum.iter().zip(candidate);
            mean.iter_mut().zip(members).for_each(|(mean, (sum, own))| *mean = (sum + own) / added as f64);
            let found = loss(&mean);
            if !found.is_nan() && chosen.is_none_or(|(_, least)| found < least) {
                chosen = Some((model, found));
            }
        }
        let (model, found) = chosen.ok_or(EnsembleError::NoLoss)?;
        counts[model] += 1;
        sum.iter_mut().zip(&candidates[model]).for_each(|(sum, own)| *sum += own);
        if best.as_ref().is_none_or(|(least, _)| found < *least) {
            best = Some((found, counts.clone()));
        }
    }
    let (loss, counts) = best.ok_or(EnsembleError::NoLoss)?;
    let all = f64::from(counts.iter().sum::<u32>());
    let weights = counts.iter().map(|count| f64::from(*count) / all).collect();
    Ok(Selection { weights, loss, alone })
}

/// The mean of −ln p of the classes of the items: scikit-learn's `log_loss`. `shares`: row-major, `[items, classes]`.
pub fn log_loss(shares: &[f64], labels: &[u32], weights: Option<&[f64]>) -> f64 {
    let classes = shares.len() / labels.len().max(1);
    let of_item = |(item, label): (usize, &u32)| {
        let share = shares.get(item * classes + *label as usize).copied().unwrap_or(f64::NAN);
        -share.clamp(f64::EPSILON, 1.0).ln()
    };
    mean(labels.iter().enumerate().map(of_item), weights)
}

/// The mean over the columns of `1 − R²`: of one column the mean squared error in units of its variance. Both are row-major, `[items, columns]`.
pub fn relative_squared_error(
    predicted: &[f64],
    actual: &[f64],
    columns: usize,
    weights: Option<&[f64]>,
) -> f64 {
    let of_column = |column: usize| {
        let own = |numbers: &[f64]| numbers.iter().skip(column).step_by(columns).copied().collect::<Vec<_>>();
        let (predicted, actual) = (own(predicted), own(actual));
        let middle = mean(actual.iter().copied(), weights);
        let off = mean(predicted.iter().zip(&actual).map(|(p, y)| (p - y) * (p - y)), weights);
        let spread = mean(actual.iter().map(|y| (y - middle) * (y - middle)), weights);
        if spread > 0.0 { off / spread } else { off }
    };
    (0..columns).map(of_column).sum::<f64>() / columns as f64
}

fn mean(values: impl Iterator<Item = f64>, weights: Option<&[f64]>) -> f64 {
    let (mut sum, mut all) = (0.0, 0.0);
    for (item, value) in values.enumerate() {
        let weight = weights.map_or(1.0, |weights| weights.get(item).copied().unwrap_or(1.0));
        sum += weight * value;
        all += weight;
    }
    sum / all
}
