//! The Bayesian correlated t-test, with a region of practical equivalence.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::corrected::corrected_error;
use super::distribution::t_above;
use super::error::{StatisticsError, check, differences};
use super::mean;

/// How likely it is, after seeing the scores, that one model is better by more than `rope`, or neither is.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Belief {
    /// The first has the larger score, by more than the region of practical equivalence.
    pub a_better: f64,
    /// The difference is within the region.
    pub equivalent: f64,
    /// The second has the larger score, by more than the region.
    pub b_better: f64,
}

/// Bayesian correlated t-test of two models over the same folds (Benavoli, Corani, Demšar, Zaffalon: Time for a change,
/// 2017): the posterior of the mean difference is Student's t around it, with the corrected standard error of
/// [`corrected_t_test`](super::corrected_t_test).
///
/// `rope` is the largest difference that does not matter, 0 or more; 0.01 is usual for accuracies.
///
/// # Errors
/// As [`corrected_t_test`](super::corrected_t_test); and a `rope` that is negative.
pub fn correlated_bayes(a: &[f64], b: &[f64], test_share: f64, rope: f64) -> Result<Belief, StatisticsError> {
    let differences = differences(a, b)?;
    check("scores", &differences, 2)?;
    Range::POSITIVE.check("test_share", test_share)?;
    let rope = Range::at_least(0.0).check("rope", rope)?;
    let (mean, error) = (mean(&differences), corrected_error(&differences, test_share));
    if error == 0.0 {
        let certain = |yes: bool| f64::from(u8::from(yes));
        return Ok(Belief {
            a_better: certain(mean > rope),
            equivalent: certain(mean.abs() <= rope),
            b_better: certain(mean < -rope),
        });
    }
    let df = differences.len() as f64 - 1.0;
    let above = |x: f64| t_above((x - mean) / error, df);
    let (a_better, b_better) = (above(rope), 1.0 - above(-rope));
    Ok(Belief { a_better, equivalent: above(-rope) - above(rope), b_better })
}
