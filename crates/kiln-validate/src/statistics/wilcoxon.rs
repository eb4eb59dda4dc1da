//! Wilcoxon's signed-rank test.

use serde::{Deserialize, Serialize};

use super::StatisticsError;
use super::distribution::normal_cdf;
use super::error::{check, differences};
use super::ranks::{ranks, ties};

/// Wilcoxon's signed-rank test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Wilcoxon {
    /// The smaller of the sums of the ranks of positive and of negative differences.
    pub statistic: f64,
    /// Two-sided.
    pub p_value: f64,
    /// Whether p is exact; else it is from the normal approximation, corrected for ties.
    pub exact: bool,
}

/// Wilcoxon's signed-rank test (1945) of two models over independent data sets, two-sided.
///
/// Data sets on which both are equal are left out. p is exact for up to 50 data sets without ties, and from the normal
/// approximation without correction for continuity otherwise, as in scipy's `wilcoxon(zero_method="wilcox")`.
///
/// # Errors
/// [`StatisticsError`]: lists of different length, numbers that are not finite, no difference at all.
pub fn wilcoxon(a: &[f64], b: &[f64]) -> Result<Wilcoxon, StatisticsError> {
    let all = differences(a, b)?;
    let differences: Vec<f64> = all.iter().copied().filter(|difference| *difference != 0.0).collect();
    check("differences", &differences, 1)?;
    let sizes: Vec<f64> = differences.iter().map(|difference| difference.abs()).collect();
    let n = sizes.len() as f64;
    let positive: f64 =
        ranks(&sizes).iter().zip(&differences).filter(|(_, d)| **d > 0.0).map(|(rank, _)| rank).sum();
    let statistic = positive.min(n * (n + 1.0) / 2.0 - positive);
    let tied = ties(&sizes);
    let exact = sizes.len() <= 50 && tied == 0.0 && sizes.len() == all.len();
    let p_value = if exact {
        exact_p(sizes.len(), statistic as usize)
    } else {
        let variance = n * (n + 1.0) * (2.0 * n + 1.0) / 24.0 - tied / 48.0;
        2.0 * normal_cdf((statistic - n * (n + 1.0) / 4.0) / variance.sqrt())
    };
    Ok(Wilcoxon { statistic, p_value: p_value.min(1.0), exact })
}

/// Twice the share of the 2ⁿ ways to give signs to the ranks 1 … n whose positive ranks sum to at most `statistic`.
fn exact_p(n: usize, statistic: usize) -> f64 {
    let largest = n * (n + 1) / 2;
    let mut ways = vec![0.0; largest + 1];
    ways[0] = 1.0;
    for rank in 1..=n {
        for sum in (rank..=largest).rev() {
            ways[sum] += ways[sum - rank];
        }
    }
    2.0 * ways[..=statistic.min(largest)].iter().sum::<f64>() / (n as f64).exp2()
}
