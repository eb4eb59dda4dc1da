//! Intervals and tests over the scores of folds, corrected for training items that folds share.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::distribution::{t_above, t_quantile};
use super::error::{StatisticsError, check, differences};
use super::{Test, mean, variance};

/// Mean and spread of scores, and an interval for what a new data set of this kind would give.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Summary {
    /// Mean over the folds.
    pub mean: f64,
    /// Standard deviation over the folds, with n − 1.
    pub std: f64,
    /// Lower and upper end of the corrected interval.
    pub interval: [f64; 2],
}

impl Summary {
    /// With the interval cut at the ends of what the score can be, such as 0 and 1 of an accuracy. Where the folds are few the
    /// interval, which is even about the mean, may reach beyond.
    ///
    /// ```
    /// use kiln_validate::statistics::summary;
    ///
    /// let accuracy = summary(&[1.0, 0.9, 1.0], 0.5, 0.95)?;
    /// assert!(accuracy.interval[1] > 1.0);
    /// assert_eq!(accuracy.within([0.0, 1.0]).interval, [accuracy.interval[0], 1.0]);
    /// # Ok::<(), kiln_validate::statistics::StatisticsError>(())
    /// ```
    #[must_use]
    pub fn within(self, [low, high]: [f64; 2]) -> Self {
        // What lies outside is not what the ends are of, and is left as it is.
        let interval = if low <= self.mean && self.mean <= high {
            [self.interval[0].max(low), self.interval[1].min(high)]
        } else {
            self.interval
        };
        Self { interval, ..self }
    }
}

/// Mean, standard deviation and [`corrected_interval`] of the scores of folds.
///
/// # Errors
/// As [`corrected_interval`].
pub fn summary(scores: &[f64], test_share: f64, confidence: f64) -> Result<Summary, StatisticsError> {
    let interval = corrected_interval(scores, test_share, confidence)?;
    Ok(Summary { mean: mean(scores), std: variance(scores).sqrt(), interval })
}

/// Confidence interval for the mean score of folds: mean ± t · s · √(1/n + test/train), with n − 1 degrees of freedom.
///
/// `test_share` is the number of test items over the number of training items of a fold: 1/(k − 1) for k folds.
/// `confidence` is 0.95 as a rule, `(0, 1)`. The term test/train is the correction of Nadeau and Bengio (2003) for
/// training items that the folds share; without it the interval of ten times ten folds would be a third as wide.
///
/// ```
/// use kiln_validate::statistics::corrected_interval;
///
/// let scores = [0.90, 0.93, 0.91, 0.95, 0.92]; // five folds
/// let [low, high] = corrected_interval(&scores, 0.25, 0.95)?;
/// assert!((low - 0.8862).abs() < 1e-4 && (high - 0.9578).abs() < 1e-4);
/// # Ok::<(), kiln_validate::statistics::StatisticsError>(())
/// ```
///
/// # Errors
/// [`StatisticsError`]: fewer than two scores, one that is not finite, a share or confidence out of its range.
pub fn corrected_interval(
    scores: &[f64],
    test_share: f64,
    confidence: f64,
) -> Result<[f64; 2], StatisticsError> {
    check("scores", scores, 2)?;
    Range::POSITIVE.check("test_share", test_share)?;
    let confidence = Range::BELOW_ONE.check("confidence", confidence)?;
    let quantile = t_quantile(0.5 + 0.5 * confidence, scores.len() as f64 - 1.0);
    let half = quantile * corrected_error(scores, test_share);
    let mean = mean(scores);
    Ok([mean - half, mean + half])
}

/// Corrected resampled t-test of two models over the same folds, two-sided.
///
/// t = mean(a − b) / (s · √(1/n + test/train)), with n − 1 degrees of freedom. Scores that agree in every fold have
/// t = 0 and p = 1; scores that differ by the same in every fold have an infinite t and p = 0.
///
/// # Errors
/// [`StatisticsError`]: lists of different length, fewer than two folds, a score that is not finite, a share that is
/// not positive.
pub fn corrected_t_test(a: &[f64], b: &[f64], test_share: f64) -> Result<Test, StatisticsError> {
    let differences = differences(a, b)?;
    check("scores", &differences, 2)?;
    Range::POSITIVE.check("test_share", test_share)?;
    let (mean, error) = (mean(&differences), corrected_error(&differences, test_share));
    let statistic = if mean == 0.0 { 0.0 } else { mean / error };
    let p_value = 2.0 * t_above(statistic.abs(), differences.len() as f64 - 1.0);
    Ok(Test { statistic, p_value })
}

/// Standard error of the mean, corrected.
pub(super) fn corrected_error(values: &[f64], test_share: f64) -> f64 {
    (variance(values) * (1.0 / values.len() as f64 + test_share)).sqrt()
}
