//! Several models over many data sets: Friedman's test, and Nemenyi's critical difference.

use serde::{Deserialize, Serialize};

use super::error::{StatisticsError, check};
use super::ranks::{ranks, ties};
use super::studentized::quantile;
use super::{Test, distribution};

/// Friedman's test of several models over many data sets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Friedman {
    /// Mean rank of each model; the smallest scores have rank 1.
    pub mean_ranks: Vec<f64>,
    /// Chi-squared with (models − 1) degrees of freedom, corrected for ties.
    pub chi_squared: Test,
    /// The less conservative F of Iman and Davenport (1980).
    pub f: Test,
}

/// Friedman's test (1937): whether models differ at all. `scores[d]` holds the score of each model on data set `d`.
///
/// # Errors
/// [`StatisticsError`]: fewer than two data sets or three models, rows of different length, a score that is not finite.
pub fn friedman(scores: &[Vec<f64>]) -> Result<Friedman, StatisticsError> {
    let models = scores.first().map_or(0, Vec::len);
    if scores.len() < 2 {
        return Err(StatisticsError::TooFew { what: "data sets", found: scores.len(), least: 2 });
    }
    let mut sums = vec![0.0; models];
    let mut tied = 0.0;
    for row in scores {
        if row.len() != models {
            return Err(StatisticsError::Lengths { a: models, b: row.len() });
        }
        check("models", row, 3)?;
        for (sum, rank) in sums.iter_mut().zip(ranks(row)) {
            *sum += rank;
        }
        tied += ties(row);
    }
    let (n, k) = (scores.len() as f64, models as f64);
    let squares: f64 = sums.iter().map(|sum| sum * sum).sum();
    let correction = 1.0 - tied / (n * k * (k * k - 1.0));
    let chi = (12.0 / (n * k * (k + 1.0)) * squares - 3.0 * n * (k + 1.0)) / correction;
    // All models equal on all data sets: 0 by 0.
    let chi = if chi.is_nan() { 0.0 } else { chi };
    let f = (n - 1.0) * chi / (n * (k - 1.0) - chi);
    Ok(Friedman {
        mean_ranks: sums.iter().map(|sum| sum / n).collect(),
        chi_squared: Test { statistic: chi, p_value: distribution::chi_squared_above(chi, k - 1.0) },
        f: Test { statistic: f, p_value: distribution::f_above(f, k - 1.0, (k - 1.0) * (n - 1.0)) },
    })
}

/// Nemenyi's critical difference: mean ranks of [`friedman`] that are further apart differ at the level `alpha`
/// (Demšar: Statistical comparisons of classifiers over multiple data sets, 2006).
///
/// `alpha` is 0.05 as a rule, `(0, 1)`; there are 2 models or more.
///
/// # Errors
/// [`StatisticsError`]: fewer than two models or one data set, an `alpha` out of its range.
pub fn nemenyi_difference(models: usize, data_sets: usize, alpha: f64) -> Result<f64, StatisticsError> {
    if models < 2 {
        return Err(StatisticsError::TooFew { what: "models", found: models, least: 2 });
    }
    if data_sets == 0 {
        return Err(StatisticsError::TooFew { what: "data sets", found: 0, least: 1 });
    }
    kiln_core::Range::POSITIVE.check("alpha", alpha)?;
    kiln_core::Range::BELOW_ONE.check("alpha", alpha)?;
    let k = models as f64;
    Ok(quantile(1.0 - alpha, k) * (k * (k + 1.0) / (12.0 * data_sets as f64)).sqrt())
}
