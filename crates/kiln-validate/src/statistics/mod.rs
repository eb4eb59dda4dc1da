//! What scores of folds allow to conclude.
//!
//! The scores of folds are not independent: any two of them share training items. A t-test that takes them for
//! independent finds differences that are not there in more than half of the cases; it is not offered here. The tests
//! below correct for it (Nadeau and Bengio: Inference for the generalization error, 2003).
//!
//! | question | function |
//! |---|---|
//! | How well does it do, and how sure is that? | [`corrected_interval`] |
//! | Is one better, by the scores of the same folds? | [`compare`], of [`corrected_t_test`] and [`correlated_bayes`] |
//! | Is one better, by the predictions for the same items? | [`mcnemar`] |
//! | Is one better, by five times two folds? | [`five_by_two_t`], [`five_by_two_f`] |
//! | Is one better, over many data sets? | [`wilcoxon`], [`friedman`] with [`nemenyi_difference`] |
//! | How sure is a share of one test set, such as its accuracy? | [`wilson_interval`] |
//! | How sure is any number computed from a sample? | [`bootstrap`] |
//! | Has it learned anything? | [`permutation_p_value`] |

mod bayes;
mod bootstrap;
mod compare;
mod corrected;
mod distribution;
mod error;
mod five_by_two;
mod many;
mod mcnemar;
mod proportion;
mod ranks;
mod special;
mod studentized;
mod wilcoxon;

pub use bayes::{Belief, correlated_bayes};
pub use bootstrap::{Bootstrap, bootstrap, permutation_p_value};
pub use compare::{Comparison, Verdict, compare};
pub use corrected::{Summary, corrected_interval, corrected_t_test, summary};
pub use distribution::{chi_squared_above, f_above, normal_cdf, normal_quantile, t_above, t_quantile};
pub use error::StatisticsError;
pub use five_by_two::{five_by_two_f, five_by_two_t};
pub use many::{Friedman, friedman, nemenyi_difference};
pub use mcnemar::{McNemar, mcnemar};
pub use proportion::wilson_interval;
pub use ranks::rank_correlation;
pub use wilcoxon::{Wilcoxon, wilcoxon};

/// The outcome of a test.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[non_exhaustive]
pub struct Test {
    /// The statistic: what it is depends on the test.
    pub statistic: f64,
    /// Probability of one at least as extreme where there is no difference, two-sided unless the test says otherwise.
    pub p_value: f64,
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// With n − 1.
fn variance(values: &[f64]) -> f64 {
    let mean = mean(values);
    values.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>() / (values.len() as f64 - 1.0)
}
