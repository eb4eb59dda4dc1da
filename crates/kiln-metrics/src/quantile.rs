//! Quantiles as numpy and scikit-learn have them.

use crate::weights::Weights;

/// numpy's `percentile` of numbers that rise: linear between the two around it. Not for an empty list.
pub(crate) fn percentile(sorted: &[f64], percent: f64) -> f64 {
    let at = percent / 100.0 * (sorted.len() - 1) as f64;
    let (low, high) = (sorted[at.floor() as usize], sorted[at.ceil() as usize]);
    let share = at - at.floor();
    // From the nearer end, as numpy does, so that the last bit is the same.
    if share >= 0.5 { high - (high - low) * (1.0 - share) } else { low + (high - low) * share }
}

/// The smallest number that has a share of the weight at or below it; the middle of this and the next where it has exactly
/// so much. Not for weights that are all 0.
pub(crate) fn weighted_percentile(values: &[f64], weights: Weights<'_>, percent: f64) -> f64 {
    let mut sorted: Vec<(f64, f64)> = values.iter().enumerate().map(|(i, &v)| (v, weights.at(i))).collect();
    sorted.retain(|(_, weight)| *weight > 0.0);
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = sorted.iter().map(|(_, weight)| weight).sum();
    let target = percent / 100.0 * total;
    let mut below = 0.0;
    for (at, &(value, weight)) in sorted.iter().enumerate() {
        below += weight;
        if below >= target {
            let next = sorted.get(at + 1).filter(|_| below - target <= f64::EPSILON);
            return next.map_or(value, |next| (value + next.0) / 2.0);
        }
    }
    sorted.last().map_or(f64::NAN, |last| last.0)
}
