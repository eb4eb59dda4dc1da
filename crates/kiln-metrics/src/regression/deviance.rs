//! Deviances of the Tweedie distributions: normal, Poisson, gamma and those between.

use super::pairs::Pairs;
use crate::{MetricError, check};

/// Mean Poisson deviance, as scikit-learn's `mean_poisson_deviance`. Smaller is better.
///
/// # Errors
/// As [`mean_tweedie_deviance`] with power 1.
///
/// ```
/// let deviance = kiln_metrics::mean_poisson_deviance(&[2.0, 0.0, 1.0, 4.0], &[0.5, 0.5, 2.0, 2.0], None)?;
/// assert!((deviance - 1.4260151319598084).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn mean_poisson_deviance(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean_tweedie_deviance(y_true, y_pred, 1.0, weights)
}

/// Mean gamma deviance, as scikit-learn's `mean_gamma_deviance`. Smaller is better.
///
/// # Errors
/// As [`mean_tweedie_deviance`] with power 2.
pub fn mean_gamma_deviance(
    y_true: &[f64],
    y_pred: &[f64],
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    mean_tweedie_deviance(y_true, y_pred, 2.0, weights)
}

/// Mean deviance of a Tweedie distribution, as scikit-learn's `mean_tweedie_deviance`. Smaller is better.
///
/// | `power` | distribution | actual | predicted |
/// |---|---|---|---|
/// | below 0 | extreme stable | any | greater than 0 |
/// | 0 | normal: the mean squared error | any | any |
/// | 1 | Poisson | at least 0 | greater than 0 |
/// | between 1 and 2 | compound Poisson-gamma | at least 0 | greater than 0 |
/// | 2 | gamma | greater than 0 | greater than 0 |
/// | above 2 | positive stable; 3 is inverse Gaussian | greater than 0 | greater than 0 |
///
/// # Errors
/// As [`mean_squared_error`](crate::mean_squared_error); a number out of the ranges above; a power between 0 and 1, for which
/// there is no distribution, or not finite.
pub fn mean_tweedie_deviance(
    y_true: &[f64],
    y_pred: &[f64],
    power: f64,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let pairs = Pairs::of(y_true, y_pred, weights)?;
    check_domain(y_true, y_pred, power)?;
    Ok(pairs.mean(|y, p| deviance(y, p, power)))
}

/// Share of the deviance of the mean that is explained, as scikit-learn's `d2_tweedie_score`: 1 at best, 0 for a model that
/// says the mean; with power 0 it is R². Larger is better.
///
/// # Errors
/// As [`mean_tweedie_deviance`]; [`MetricError::TooFew`] for one item, [`MetricError::Undefined`] when the actual numbers do
/// not vary, or their mean is no prediction that the power allows.
pub fn d2_tweedie_score(
    y_true: &[f64],
    y_pred: &[f64],
    power: f64,
    weights: Option<&[f64]>,
) -> Result<f64, MetricError> {
    let metric = "D² of the deviance";
    let pairs = Pairs::of_two(metric, y_true, y_pred, weights)?;
    check_domain(y_true, y_pred, power)?;
    let center = pairs.weights.center(|item| y_true[item]);
    if power != 0.0 && center <= 0.0 {
        return Err(MetricError::Undefined { metric, why: "the mean of the actual numbers is not above 0" });
    }
    let all = pairs.mean_of(center, |y, center| deviance(y, center, power));
    let varies = (0..y_true.len()).any(|item| pairs.weights.at(item) > 0.0 && y_true[item] != center);
    if all == 0.0 || !varies {
        return Err(MetricError::Undefined { metric, why: "the actual numbers do not vary" });
    }
    Ok(1.0 - pairs.mean(|y, p| deviance(y, p, power)) / all)
}

fn check_domain(y_true: &[f64], y_pred: &[f64], power: f64) -> Result<(), MetricError> {
    kiln_core::Range::FINITE.check("power", power)?;
    if power > 0.0 && power < 1.0 {
        let expected = "at most 0 or at least 1".to_owned();
        let name = "power".to_owned();
        return Err(kiln_core::NumberError { name, value: power, expected }.into());
    }
    if power != 0.0 {
        check::values("y_pred", y_pred, "greater than 0", |y| y > 0.0)?;
    }
    match power {
        power if power < 1.0 => Ok(()),
        power if power < 2.0 => check::values("y_true", y_true, "at least 0", |y| y >= 0.0),
        _ => check::values("y_true", y_true, "greater than 0", |y| y > 0.0),
    }
}

/// Twice the difference of the log-likelihoods of the best prediction, `y` itself, and `p`.
fn deviance(y: f64, p: f64, power: f64) -> f64 {
    match power {
        0.0 => (y - p) * (y - p),
        1.0 => {
            let log = if y == 0.0 { 0.0 } else { y * (y / p).ln() };
            2.0 * (log - y + p)
        }
        2.0 => 2.0 * ((p / y).ln() + y / p - 1.0),
        power => {
            let own = if power < 0.0 { y.max(0.0) } else { y }.powf(2.0 - power);
            2.0 * (own / ((1.0 - power) * (2.0 - power)) - y * p.powf(1.0 - power) / (1.0 - power)
                + p.powf(2.0 - power) / (2.0 - power))
        }
    }
}
