//! From logits to probabilities, and what several passes say together.

/// Softmax of the logits. A single logit is that of the second of two classes.
///
/// ```
/// let even = kiln_experiment::predict::probabilities(&[0.0]);
/// assert_eq!(even, [0.5, 0.5]);
/// ```
pub fn probabilities(logits: &[f32]) -> Vec<f32> {
    let logits = if let [logit] = logits { vec![0.0, *logit] } else { logits.to_vec() };
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f64> = logits.iter().map(|logit| f64::from(logit - largest).exp()).collect();
    let sum: f64 = powers.iter().sum();
    powers.iter().map(|power| (power / sum) as f32).collect()
}

/// Mean and standard deviation (n − 1) of each number over the passes; the numbers themselves and zeros for one pass.
pub(super) fn moments(passes: &[Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    let [first, rest @ ..] = passes else { return Default::default() };
    if rest.is_empty() {
        return (first.clone(), vec![0.0; first.len()]);
    }
    let n = passes.len() as f64;
    let moment = |place: usize| {
        let numbers = || passes.iter().map(|pass| f64::from(pass[place]));
        let mean = numbers().sum::<f64>() / n;
        let variance = numbers().map(|number| (number - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean as f32, variance.sqrt() as f32)
    };
    (0..first.len()).map(moment).unzip()
}

#[cfg(test)]
mod tests {
    use super::{moments, probabilities};

    #[test]
    fn passes_have_a_mean_and_a_deviation() {
        assert_eq!(moments(&[vec![1.0, 2.0]]), (vec![1.0, 2.0], vec![0.0, 0.0]));
        assert_eq!(moments(&[vec![1.0, 5.0], vec![3.0, 5.0]]), (vec![2.0, 5.0], vec![2f32.sqrt(), 0.0]));
    }

    #[test]
    fn probabilities_sum_to_one_whatever_the_size_of_the_logits() {
        for logits in [vec![1000.0, 999.0, -1000.0], vec![-1e30, -1e30], vec![3.0]] {
            let sum: f32 = probabilities(&logits).iter().sum();
            assert!((sum - 1.0).abs() < 1e-6, "{logits:?}");
        }
        assert!((probabilities(&[0.0])[1] - 0.5).abs() < 1e-7);
        assert!((probabilities(&[2.0])[1] - 0.880_797).abs() < 1e-6); // 1 / (1 + e^-2)
    }
}
