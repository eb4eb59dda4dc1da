//! From logits to probabilities, and from probabilities to a class.

use serde::{Deserialize, Serialize};

/// How a class follows from logits. Default: the most probable one, by the logits as they are.
///
/// ```
/// use kiln_train::Decision;
///
/// let logits = [2.0, 0.0];
/// let plain = Decision::default();
/// assert_eq!(plain.class(&plain.probabilities(&logits)), 0);
/// // The second class already where its probability is a tenth.
/// let careful = Decision::default().with_threshold(0.1);
/// assert_eq!(careful.class(&careful.probabilities(&logits)), 1);
/// // Half as sure.
/// let calibrated = Decision::default().with_temperature(2.0);
/// assert!(calibrated.probabilities(&logits)[0] < plain.probabilities(&logits)[0]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Decision {
    /// What logits are divided by before the softmax, greater than 0. Default 1.
    pub temperature: f64,
    /// Of two classes the second is predicted where its probability is this or more. Of more classes it says nothing. Default:
    /// the most probable class, the first of equals.
    pub threshold: Option<f64>,
}

impl Default for Decision {
    fn default() -> Self {
        Self { temperature: 1.0, threshold: None }
    }
}

impl Decision {
    /// With another temperature.
    #[must_use]
    pub fn with_temperature(self, temperature: f64) -> Self {
        Self { temperature, ..self }
    }

    /// With a threshold.
    #[must_use]
    pub fn with_threshold(self, threshold: impl Into<Option<f64>>) -> Self {
        Self { threshold: threshold.into(), ..self }
    }

    /// Softmax of the logits, divided by the temperature. A single logit is that of the second of two classes.
    pub fn probabilities<L: Copy + Into<f64>>(&self, logits: &[L]) -> Vec<f32> {
        let mut logits: Vec<f32> = logits.iter().map(|&logit| logit.into() as f32).collect();
        if logits.len() == 1 {
            logits.insert(0, 0.0);
        }
        let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let power = |logit: &f32| (f64::from(logit - largest) / self.temperature).exp();
        let powers: Vec<f64> = logits.iter().map(power).collect();
        let sum: f64 = powers.iter().sum();
        powers.iter().map(|power| (power / sum) as f32).collect()
    }

    /// The place of the class that is predicted.
    pub fn class(&self, probabilities: &[f32]) -> usize {
        match (self.threshold, probabilities) {
            (Some(threshold), [_, second]) => usize::from(f64::from(*second) >= threshold),
            _ => most_probable(probabilities),
        }
    }
}

/// The place of the largest, the first of equals.
fn most_probable(probabilities: &[f32]) -> usize {
    let larger =
        |best: usize, place: usize| if probabilities[place] > probabilities[best] { place } else { best };
    (0..probabilities.len()).fold(0, larger)
}

/// Softmax of the logits. A single logit is that of the second of two classes.
///
/// ```
/// let even = kiln_train::probabilities(&[0.0]);
/// assert_eq!(even, [0.5, 0.5]);
/// ```
pub fn probabilities<L: Copy + Into<f64>>(logits: &[L]) -> Vec<f32> {
    Decision::default().probabilities(logits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_sum_to_one_whatever_the_size_of_the_logits() {
        for logits in [vec![1000.0, 999.0, -1000.0], vec![-1e30, -1e30], vec![3.0]] {
            let sum: f32 = probabilities(&logits).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6, "{logits:?}");
        }
        assert!((probabilities(&[0.0])[1] - 0.5).abs() < 1e-7);
        assert!((probabilities(&[2.0])[1] - 0.880_797).abs() < 1e-6); // 1 / (1 + e^-2)
        assert_eq!(most_probable(&[0.25, 0.375, 0.375]), 1);
    }

    #[test]
    fn a_threshold_is_for_two_classes_and_belongs_to_the_second() {
        let decision = Decision::default().with_threshold(0.25);
        assert_eq!(decision.class(&[0.75, 0.25]), 1);
        assert_eq!(decision.class(&[0.8, 0.2]), 0);
        assert_eq!(decision.class(&[0.5, 0.3, 0.2]), 0);
    }

    #[test]
    fn the_temperature_divides_the_logits() {
        let decision = Decision::default().with_temperature(4.0);
        assert_eq!(decision.probabilities(&[8.0, 4.0]), probabilities(&[2.0, 1.0]));
        assert_eq!(decision.probabilities(&[8.0]), probabilities(&[2.0]));
    }
}
