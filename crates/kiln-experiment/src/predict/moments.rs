//! What several passes say together.

/// Mean and standard deviation (n − 1) of each number over the passes; the numbers themselves and zeros for one pass.
pub(super) fn moments(passes: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let [first, rest @ ..] = passes else { return Default::default() };
    if rest.is_empty() {
        return (first.clone(), vec![0.0; first.len()]);
    }
    let n = passes.len() as f64;
    let moment = |place: usize| {
        let numbers = || passes.iter().map(|pass| pass[place]);
        let mean = numbers().sum::<f64>() / n;
        let variance = numbers().map(|number| (number - mean).powi(2)).sum::<f64>() / (n - 1.0);
        (mean, variance.sqrt())
    };
    (0..first.len()).map(moment).unzip()
}

#[cfg(test)]
mod tests {
    use super::moments;

    #[test]
    fn passes_have_a_mean_and_a_deviation() {
        assert_eq!(moments(&[vec![1.0, 2.0]]), (vec![1.0, 2.0], vec![0.0, 0.0]));
        assert_eq!(moments(&[vec![1.0, 5.0], vec![3.0, 5.0]]), (vec![2.0, 5.0], vec![2f64.sqrt(), 0.0]));
    }
}
