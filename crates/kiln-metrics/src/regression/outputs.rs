//! Metrics of several numbers an item.

use crate::weights::Weights;
use crate::{MetricError, check};

/// The value of a metric for each output, and ways to make one number of them: scikit-learn's `multioutput`.
#[derive(Debug, Clone, PartialEq)]
pub struct PerOutput {
    values: Vec<f64>,
    variances: Vec<f64>,
}

impl PerOutput {
    /// The value for each output: `multioutput="raw_values"`.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Their mean: `multioutput="uniform_average"`.
    pub fn mean(&self) -> f64 {
        self.values.iter().sum::<f64>() / self.values.len() as f64
    }

    /// Their mean, each weighted by the variance of its actual numbers: `multioutput="variance_weighted"`, meant for R² and
    /// explained variance. Where no output varies it is the mean.
    pub fn variance_weighted(&self) -> f64 {
        let all: f64 = self.variances.iter().sum();
        if all == 0.0 {
            return self.mean();
        }
        self.values.iter().zip(&self.variances).map(|(value, variance)| value * variance).sum::<f64>() / all
    }
}

/// A metric of each of several outputs. Both tables are row-major, `[items, outputs]`; `weights`: one an item.
///
/// `metric` is one of this crate's, or a closure for those that take more.
///
/// # Errors
/// Tables that are not whole rows or differ in size, and what `metric` gives.
///
/// ```
/// use kiln_metrics::{mean_pinball_loss, per_output, r2_score};
///
/// let (y, y_hat) = ([0.5, 1.0, -1.0, 1.0, 7.0, -6.0], [0.0, 2.0, -1.0, 2.0, 8.0, -5.0]);
/// let r2 = per_output(&y, &y_hat, 2, None, r2_score)?;
/// assert!((r2.values()[0] - 0.9654377880184332).abs() < 1e-15);
/// assert!((r2.variance_weighted() - 0.9382566585956417).abs() < 1e-15);
/// let pinball = per_output(&y, &y_hat, 2, None, |y, p, w| mean_pinball_loss(y, p, 0.9, w))?;
/// assert!(pinball.mean() > 0.0);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
pub fn per_output(
    y_true: &[f64],
    y_pred: &[f64],
    outputs: usize,
    weights: Option<&[f64]>,
    metric: impl Fn(&[f64], &[f64], Option<&[f64]>) -> Result<f64, MetricError>,
) -> Result<PerOutput, MetricError> {
    let items = check::rows(y_true, "y_pred", y_pred, outputs)?;
    let checked = Weights::of(weights, items)?;
    let mut per_output = PerOutput { values: Vec::new(), variances: Vec::new() };
    for output in 0..outputs {
        let column =
            |table: &[f64]| -> Vec<f64> { table.iter().skip(output).step_by(outputs).copied().collect() };
        let (y_true, y_pred) = (column(y_true), column(y_pred));
        per_output.values.push(metric(&y_true, &y_pred, weights)?);
        let center = checked.center(|item| y_true[item]);
        per_output.variances.push(checked.mean(|item| (y_true[item] - center).powi(2)));
    }
    Ok(per_output)
}
