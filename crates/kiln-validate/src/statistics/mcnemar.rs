//! McNemar's test: two classifiers on the same items.

use serde::{Deserialize, Serialize};

use super::distribution::{binomial_half_at_most, chi_squared_above};
use super::{StatisticsError, Test};

/// McNemar's test of two classifiers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct McNemar {
    /// Items that only the first got right.
    pub only_a: u64,
    /// Items that only the second got right.
    pub only_b: u64,
    /// The exact test: the statistic is the smaller of the two counts, p from the binomial distribution.
    pub exact: Test,
    /// Chi-squared with the correction of Edwards (1948), one degree of freedom; for 25 disagreements or more.
    pub chi_squared: Test,
}

/// McNemar's test (1947): whether two classifiers that saw the same training items err differently often on the same
/// test items. `a` and `b` say of each item whether it was right.
///
/// Over out-of-fold predictions of the same folds the items are not quite independent, because they share models; the
/// test is then somewhat too sure, and [`corrected_t_test`](super::corrected_t_test) is the safer one.
///
/// # Errors
/// [`StatisticsError::Lengths`] when the lists differ in length.
pub fn mcnemar(a: &[bool], b: &[bool]) -> Result<McNemar, StatisticsError> {
    if a.len() != b.len() {
        return Err(StatisticsError::Lengths { a: a.len(), b: b.len() });
    }
    let count = |wanted: (bool, bool)| a.iter().zip(b).filter(|&(&a, &b)| (a, b) == wanted).count() as u64;
    let (only_a, only_b) = (count((true, false)), count((false, true)));
    let (fewer, all) = (only_a.min(only_b), only_a + only_b);
    let exact = (2.0 * binomial_half_at_most(fewer, all)).min(1.0);
    let distance = (only_a.abs_diff(only_b) as f64 - 1.0).max(0.0);
    let chi = if all == 0 { 0.0 } else { distance * distance / all as f64 };
    Ok(McNemar {
        only_a,
        only_b,
        exact: Test { statistic: fewer as f64, p_value: exact },
        chi_squared: Test { statistic: chi, p_value: chi_squared_above(chi, 1.0) },
    })
}
