//! Mean errors and explained variance that are added up batch by batch.

use super::pairs::explained;
use crate::weights::Weights;
use crate::{MetricError, check};

/// A mean and the sum of squared deviations from it, without cancellation for large means (Welford; merged as Chan, Golub
/// and LeVeque).
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Spread {
    mean: f64,
    deviations: f64,
}

impl Spread {
    /// `total`: the sum of the weights, this one included.
    fn add(&mut self, value: f64, weight: f64, total: f64) {
        let delta = value - self.mean;
        self.mean += delta * (weight / total);
        self.deviations += weight * delta * (value - self.mean);
    }

    fn merge(&mut self, own: f64, other: &Self, others: f64) {
        let total = own + others;
        let delta = other.mean - self.mean;
        self.mean += delta * (others / total);
        self.deviations += other.deviations + delta * delta * (own * others / total);
    }
}

/// Running sums of the errors of one number an item.
///
/// ```
/// use kiln_metrics::{RegressionSums, r2_score};
///
/// let (y, y_hat) = ([3.0, -0.5, 2.0, 7.0], [2.5, 0.0, 2.0, 8.0]);
/// let mut sums = RegressionSums::new();
/// sums.add(&y[..3], &y_hat[..3], None)?;
/// sums.add(&y[3..], &y_hat[3..], None)?;
/// assert_eq!((sums.mse()?, sums.mae()?, sums.max_error()?), (0.375, 0.5, 1.0));
/// assert!((sums.r2()? - r2_score(&y, &y_hat, None)?).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct RegressionSums {
    items: usize,
    weight: f64,
    squared: f64,
    absolute: f64,
    largest: f64,
    actual: Spread,
    error: Spread,
}

impl RegressionSums {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a batch; `weights`: one an item, `None`: all count 1.
    ///
    /// # Errors
    /// Lists that differ in length, a number that is not finite, a weight below 0 or not finite. Nothing is added then.
    pub fn add(
        &mut self,
        y_true: &[f64],
        y_pred: &[f64],
        weights: Option<&[f64]>,
    ) -> Result<(), MetricError> {
        if y_true.is_empty() && y_pred.is_empty() {
            return Ok(());
        }
        let items = check::same_length(y_true, "y_pred", y_pred)?;
        check::finite("y_true", y_true)?;
        check::finite("y_pred", y_pred)?;
        let weights = Weights::of_batch(weights, items)?;
        for (item, (&actual, &predicted)) in y_true.iter().zip(y_pred).enumerate() {
            self.add_item(actual, predicted, weights.at(item));
        }
        Ok(())
    }

    /// Adds one item, without a check: NaN makes every score NaN. Does nothing but count it when its weight is 0.
    pub fn add_item(&mut self, actual: f64, predicted: f64, weight: f64) {
        let error = predicted - actual;
        self.items += 1;
        self.largest = larger(self.largest, error.abs());
        if weight != 0.0 {
            self.weight += weight;
            self.squared += weight * error * error;
            self.absolute += weight * error.abs();
            self.actual.add(actual, weight, self.weight);
            self.error.add(error, weight, self.weight);
        }
    }

    /// Adds what another one has summed.
    pub fn merge(&mut self, other: &Self) {
        self.items += other.items;
        self.largest = larger(self.largest, other.largest);
        if other.weight > 0.0 {
            self.actual.merge(self.weight, &other.actual, other.weight);
            self.error.merge(self.weight, &other.error, other.weight);
            self.weight += other.weight;
            self.squared += other.squared;
            self.absolute += other.absolute;
        }
    }

    /// Mean squared error. Smaller is better.
    ///
    /// # Errors
    /// [`MetricError::NoWeight`] when nothing was added, or nothing with a weight; so for all that follow.
    pub fn mse(&self) -> Result<f64, MetricError> {
        self.checked().map(|sums| sums.squared / sums.weight)
    }

    /// Square root of the mean squared error. Smaller is better.
    ///
    /// # Errors
    /// As [`mse`](Self::mse).
    pub fn rmse(&self) -> Result<f64, MetricError> {
        self.mse().map(f64::sqrt)
    }

    /// Mean absolute error. Smaller is better.
    ///
    /// # Errors
    /// As [`mse`](Self::mse).
    pub fn mae(&self) -> Result<f64, MetricError> {
        self.checked().map(|sums| sums.absolute / sums.weight)
    }

    /// The largest absolute error, whatever the weights. Smaller is better.
    ///
    /// # Errors
    /// As [`mse`](Self::mse).
    pub fn max_error(&self) -> Result<f64, MetricError> {
        self.checked().map(|sums| sums.largest)
    }

    /// Coefficient of determination, as [`r2_score`](crate::r2_score). Larger is better.
    ///
    /// # Errors
    /// As [`mse`](Self::mse); [`MetricError::TooFew`] for one item.
    pub fn r2(&self) -> Result<f64, MetricError> {
        self.checked()?;
        if self.items < 2 {
            return Err(MetricError::TooFew { metric: "R²", found: self.items, least: 2 });
        }
        Ok(explained(self.squared, self.actual.deviations))
    }

    /// Share of the variance that is explained, as [`explained_variance_score`](crate::explained_variance_score). Larger is
    /// better.
    ///
    /// # Errors
    /// As [`mse`](Self::mse).
    pub fn explained_variance(&self) -> Result<f64, MetricError> {
        self.checked()?;
        Ok(explained(self.error.deviations, self.actual.deviations))
    }

    fn checked(&self) -> Result<&Self, MetricError> {
        if self.weight > 0.0 { Ok(self) } else { Err(MetricError::NoWeight) }
    }
}

/// The larger of two numbers; NaN when one is NaN.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || b.is_nan() { f64::NAN } else { a.max(b) }
}
