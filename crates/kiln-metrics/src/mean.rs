//! A weighted mean that is added up batch by batch.

use crate::MetricError;

/// A mean over all items, added up batch by batch.
///
/// Every metric that is a mean over items streams exactly through it: add the value of a batch with the sum of its
/// weights (its number of items, where there are no weights). So do log loss, Brier score, hinge loss, top-k accuracy,
/// the mean errors and the deviances; perplexity is [`f64::exp`] of the mean.
///
/// ```
/// use kiln_metrics::{Mean, log_loss};
///
/// let (y, p) = ([0, 1, 1], [0.9, 0.1, 0.2, 0.8, 0.4, 0.6]);
/// let mut mean = Mean::new();
/// mean.add(log_loss(&y[..2], &p[..4], None)?, 2.0);
/// mean.add(log_loss(&y[2..], &p[4..], None)?, 1.0);
/// assert!((mean.finish()? - log_loss(&y, &p, None)?).abs() < 1e-15);
/// # Ok::<(), kiln_metrics::MetricError>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a `value` that stands for items whose weights sum to `weight`. With weight 0 it does not count.
    pub fn add(&mut self, value: f64, weight: f64) {
        if weight != 0.0 {
            self.sum += value * weight;
            self.weight += weight;
        }
    }

    /// Adds what another one has counted.
    pub fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.weight += other.weight;
    }

    /// Sum of the weights so far.
    pub fn weight(&self) -> f64 {
        self.weight
    }

    /// The mean.
    ///
    /// # Errors
    /// [`MetricError::NoWeight`] when nothing was added, or nothing with a weight.
    pub fn finish(&self) -> Result<f64, MetricError> {
        if self.weight > 0.0 { Ok(self.sum / self.weight) } else { Err(MetricError::NoWeight) }
    }
}
