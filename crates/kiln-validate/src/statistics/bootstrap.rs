//! The bootstrap with BCa intervals, and the p-value of a permutation test.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::distribution::{normal_cdf, normal_quantile};
use super::error::{StatisticsError, check};

/// A statistic of a sample with its bootstrap interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Bootstrap {
    /// The statistic of the sample itself.
    pub estimate: f64,
    /// Standard deviation over the resamples.
    pub standard_error: f64,
    /// Ends of the interval: bias-corrected and accelerated.
    pub interval: [f64; 2],
}

/// Bootstrap interval of any statistic of `items` independent items, bias-corrected and accelerated (Efron: Better
/// bootstrap confidence intervals, 1987).
///
/// `statistic` gets indices of items, which may come several times. It must be finite for them; `resamples` is 9,999 as
/// a rule, at least 100. Resample `r` draws from `seed.at(r)`.
///
/// ```
/// use kiln_core::Seed;
/// use kiln_validate::statistics::bootstrap;
///
/// let right = [1.0, 1.0, 0.0, 1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.0];
/// let accuracy = |items: &[usize]| items.iter().map(|&i| right[i]).sum::<f64>() / items.len() as f64;
/// let result = bootstrap(right.len(), accuracy, 999, 0.95, Seed::new(0))?;
/// assert!(result.interval[0] < 0.8 && 0.8 < result.interval[1]);
/// # Ok::<(), kiln_validate::statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// [`StatisticsError`]: fewer than two items or 100 resamples, a confidence out of its range, a statistic that is not
/// finite.
pub fn bootstrap(
    items: usize,
    statistic: impl Fn(&[usize]) -> f64,
    resamples: usize,
    confidence: f64,
    seed: Seed,
) -> Result<Bootstrap, StatisticsError> {
    if items < 2 {
        return Err(StatisticsError::TooFew { what: "items", found: items, least: 2 });
    }
    if resamples < 100 {
        return Err(StatisticsError::TooFew { what: "resamples", found: resamples, least: 100 });
    }
    let confidence = Range::BELOW_ONE.check("confidence", confidence)?;
    let resample = |r: usize| {
        let seed = seed.at(r as u64);
        let draw = |i: usize| ((seed.uniform(i as u64) * items as f64) as usize).min(items - 1);
        statistic(&(0..items).map(draw).collect::<Vec<_>>())
    };
    let distribution: Vec<f64> = (0..resamples).map(resample).collect();
    let all: Vec<usize> = (0..items).collect();
    let without = |left: usize| statistic(&[&all[..left], &all[left + 1..]].concat());
    let jackknife: Vec<f64> = (0..items).map(without).collect();
    let estimate = statistic(&all);
    check("statistics", &[estimate], 1)?;
    check("statistics", &distribution, 1)?;
    check("statistics", &jackknife, 1)?;
    let interval = bca(&distribution, &jackknife, estimate, confidence);
    Ok(Bootstrap { estimate, standard_error: super::variance(&distribution).sqrt(), interval })
}

/// The interval from the statistics of the resamples and of the sample without each item.
fn bca(distribution: &[f64], jackknife: &[f64], estimate: f64, confidence: f64) -> [f64; 2] {
    let mut sorted = distribution.to_vec();
    sorted.sort_by(f64::total_cmp);
    let (first, last) = (sorted[0], sorted[sorted.len() - 1]);
    if first == last {
        return [first, last];
    }
    // Half of the equal ones count, as in scipy's percentile of the score.
    let below = sorted.iter().filter(|&&value| value < estimate).count() as f64;
    let equal = sorted.iter().filter(|&&value| value == estimate).count() as f64;
    let bias = normal_quantile((below + 0.5 * equal) / sorted.len() as f64);
    let mean = super::mean(jackknife);
    let deviations = || jackknife.iter().map(|value| mean - value);
    let (cubes, squares) = deviations().fold((0.0, 0.0), |(c, s), d| (c + d * d * d, s + d * d));
    let acceleration = if squares == 0.0 { 0.0 } else { cubes / (6.0 * squares.powf(1.5)) };
    let end = |tail: f64| {
        let z = bias + normal_quantile(tail);
        quantile(&sorted, normal_cdf(bias + z / (1.0 - acceleration * z)))
    };
    let tail = 0.5 * (1.0 - confidence);
    [end(tail), end(1.0 - tail)]
}

/// Linear between the values, as numpy's default. All values below or above the estimate make an end the extreme one.
fn quantile(sorted: &[f64], p: f64) -> f64 {
    let place = if p.is_nan() { 0.0 } else { p.clamp(0.0, 1.0) * (sorted.len() - 1) as f64 };
    let low = place.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (sorted[high] - sorted[low]) * place.fract()
}

/// p-value of a permutation test: the share of scores with permuted labels that are at least as good as `score`, the
/// true order counted as one of them: (C + 1) / (n + 1), as scikit-learn's `permutation_test_score`.
///
/// # Errors
/// [`StatisticsError`]: no permuted score, or one that is not finite.
pub fn permutation_p_value(
    score: f64,
    permuted: &[f64],
    larger_is_better: bool,
) -> Result<f64, StatisticsError> {
    check("scores", &[score], 1)?;
    check("permuted scores", permuted, 1)?;
    let as_good = |other: f64| if larger_is_better { other >= score } else { other <= score };
    let count = permuted.iter().filter(|&&other| as_good(other)).count() as f64;
    Ok((count + 1.0) / (permuted.len() as f64 + 1.0))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// Against scipy's `_bca_interval` given the same resamples.
    #[test]
    fn the_interval_is_that_of_scipy_for_the_same_resamples() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/comparisons.json");
        let golden: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let golden = &golden["bootstrap"];
        let list = |name: &str| -> Vec<f64> { serde_json::from_value(golden[name].clone()).unwrap() };
        let sample = list("sample");
        let resamples: Vec<Vec<usize>> = serde_json::from_value(golden["resamples"].clone()).unwrap();
        let statistic = |items: &[usize]| {
            let values: Vec<f64> = items.iter().map(|&i| sample[i]).collect();
            crate::statistics::mean(&values).powi(2)
        };
        let distribution: Vec<f64> = resamples.iter().map(|items| statistic(items)).collect();
        let all: Vec<usize> = (0..sample.len()).collect();
        let jackknife: Vec<f64> =
            (0..sample.len()).map(|i| statistic(&[&all[..i], &all[i + 1..]].concat())).collect();
        let found = bca(&distribution, &jackknife, statistic(&all), 0.9);
        for (found, wanted) in found.iter().zip(list("interval")) {
            assert!((found - wanted).abs() < 1e-10, "{found} {wanted}");
        }
    }
}
