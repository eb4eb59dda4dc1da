//! The numbers of a time series, step by step, in f64. A missing one is NaN.

/// Gives missing numbers the value before them, at the beginning the first one. Without any they are 0, and it says false.
pub fn fill(values: &mut [f64]) -> bool {
    let Some(first) = values.iter().copied().find(|value| !value.is_nan()) else {
        values.fill(0.0);
        return false;
    };
    let mut last = first;
    for value in values {
        if value.is_nan() {
            *value = last;
        }
        last = *value;
    }
    true
}

/// Mean and standard deviation (divided by n) of the numbers that are not missing; a deviation of rounding counts as 1. `None` without a number.
pub fn moments(values: impl Iterator<Item = f64> + Clone) -> Option<[f64; 2]> {
    let known = values.filter(|value| !value.is_nan());
    let count = known.clone().count();
    if count == 0 {
        return None;
    }
    let mean = known.clone().sum::<f64>() / count as f64;
    let (square, largest) = known.fold((0.0, 0.0f64), |(square, largest), value| {
        (square + (value - mean) * (value - mean), largest.max(value.abs()))
    });
    let std = (square / count as f64).sqrt();
    // As scikit-learn's `StandardScaler`: what rounding alone makes is no deviation.
    let rounding = 10.0 * f64::EPSILON * largest;
    Some([mean, if std > rounding { std } else { 1.0 }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_as_the_step_before() {
        let filled = |mut values: Vec<f64>| (fill(&mut values), values);
        let nan = f64::NAN;
        assert_eq!(filled(vec![nan, 2.0, nan, nan, 5.0, nan]), (true, vec![2.0, 2.0, 2.0, 2.0, 5.0, 5.0]));
        assert_eq!(filled(vec![nan, nan]), (false, vec![0.0, 0.0]));
        assert_eq!(filled(vec![]), (false, vec![]));
    }

    #[test]
    fn moments_are_numpys() {
        // numpy.mean and numpy.std of [1, 2, 4, 9].
        let found = moments([1.0, f64::NAN, 2.0, 4.0, 9.0].into_iter()).unwrap();
        assert_eq!(found, [4.0, (9.5f64).sqrt()]);
        assert_eq!(moments([0.1; 7].into_iter()).unwrap()[1], 1.0);
        assert_eq!(moments([f64::NAN; 3].into_iter()), None);
    }
}
