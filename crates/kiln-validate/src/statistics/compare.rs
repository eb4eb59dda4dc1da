//! What can be concluded from the scores of two models over the same folds.

use serde::{Deserialize, Serialize};

use super::{Belief, StatisticsError, Test, corrected_interval, corrected_t_test, correlated_bayes, mean};

/// What can be concluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The first is better.
    ABetter,
    /// The second is better.
    BBetter,
    /// They do the same, as far as it matters.
    Equivalent,
    /// Nothing: the folds do not tell.
    Undecided,
}

/// Two models over the same folds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// Mean of the first.
    pub a: f64,
    /// Mean of the second.
    pub b: f64,
    /// Mean of a − b.
    pub difference: f64,
    /// Corrected 95 % interval of the difference.
    pub interval: [f64; 2],
    /// Corrected resampled t-test.
    pub test: Test,
    /// How likely each is the better one.
    pub belief: Belief,
    /// What can be concluded.
    pub verdict: Verdict,
}

/// Compares two models by their scores over the same folds.
///
/// One is better if the corrected resampled t-test gives p < 0.05. Else they are equivalent if the difference is within
/// `rope` with a probability of 95 % or more, by the Bayesian correlated t-test. Else nothing can be concluded. The
/// t-test that takes the folds for independent has no part in this.
///
/// `test_share` is the number of test items over the number of training items of a fold, as in [`corrected_interval`]: 0.25 for
/// five folds. `rope` is a difference that does not matter, 0 and more, in the units of the scores.
///
/// ```
/// use kiln_validate::statistics::{Verdict, compare};
///
/// let a = [0.93, 0.95, 0.92, 0.94, 0.93];
/// let b = [0.83, 0.86, 0.81, 0.85, 0.82];
/// assert_eq!(compare(&a, &b, 0.25, 0.01, true)?.verdict, Verdict::ABetter);
/// assert_eq!(compare(&a, &b, 0.25, 0.01, false)?.verdict, Verdict::BBetter); // scores that should be small
/// assert_eq!(compare(&a, &a, 0.25, 0.01, true)?.verdict, Verdict::Equivalent);
/// # Ok::<(), kiln_validate::statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// As [`corrected_t_test`] and [`correlated_bayes`].
pub fn compare(
    a: &[f64],
    b: &[f64],
    test_share: f64,
    rope: f64,
    larger_is_better: bool,
) -> Result<Comparison, StatisticsError> {
    let test = corrected_t_test(a, b, test_share)?;
    let larger = correlated_bayes(a, b, test_share, rope)?;
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    let interval = corrected_interval(&differences, test_share, 0.95)?;
    let difference = mean(&differences);
    let belief = if larger_is_better {
        larger
    } else {
        Belief { a_better: larger.b_better, b_better: larger.a_better, ..larger }
    };
    let verdict = if test.p_value < 0.05 {
        if (difference > 0.0) == larger_is_better { Verdict::ABetter } else { Verdict::BBetter }
    } else if belief.equivalent >= 0.95 {
        Verdict::Equivalent
    } else {
        Verdict::Undecided
    };
    Ok(Comparison { a: mean(a), b: mean(b), difference, interval, test, belief, verdict })
}
