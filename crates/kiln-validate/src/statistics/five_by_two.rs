//! Five times two folds: Dietterich's t and Alpaydın's F.

use super::Test;
use super::distribution::{f_above, t_above};
use super::error::{StatisticsError, check};

/// The 5×2 cv paired t-test (Dietterich: Approximate statistical tests, 1998), two-sided with 5 degrees of freedom.
///
/// `differences[r]` holds the differences of the two models' scores on both folds of repeat `r`.
///
/// # Errors
/// [`StatisticsError::NotFinite`].
pub fn five_by_two_t(differences: &[[f64; 2]; 5]) -> Result<Test, StatisticsError> {
    check("differences", differences.as_flattened(), 10)?;
    let first = differences[0][0];
    let statistic = if first == 0.0 { 0.0 } else { first / (variances(differences) / 5.0).sqrt() };
    Ok(Test { statistic, p_value: 2.0 * t_above(statistic.abs(), 5.0) })
}

/// The combined 5×2 cv F-test (Alpaydın 1999), with (10, 5) degrees of freedom: unlike the t-test it does not depend on
/// which fold comes first.
///
/// # Errors
/// [`StatisticsError::NotFinite`].
pub fn five_by_two_f(differences: &[[f64; 2]; 5]) -> Result<Test, StatisticsError> {
    check("differences", differences.as_flattened(), 10)?;
    let squares: f64 = differences.as_flattened().iter().map(|difference| difference * difference).sum();
    let statistic = if squares == 0.0 { 0.0 } else { squares / (2.0 * variances(differences)) };
    Ok(Test { statistic, p_value: f_above(statistic, 10.0, 5.0) })
}

/// Sum over the repeats of (d₁ − m)² + (d₂ − m)².
fn variances(differences: &[[f64; 2]; 5]) -> f64 {
    differences.iter().map(|[a, b]| (a - b) * (a - b) / 2.0).sum()
}
