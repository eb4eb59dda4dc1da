//! MSE, MAE and R² over all items.

use kiln_metrics::{MetricError, RegressionSums};

use crate::Metrics;

/// Running sums for regression metrics, per output.
#[derive(Debug, Clone)]
pub struct RegressionScores {
    outputs: Vec<RegressionSums>,
}

impl RegressionScores {
    /// For `outputs` numbers an item.
    pub fn new(outputs: usize) -> Self {
        Self { outputs: vec![RegressionSums::new(); outputs] }
    }

    /// Adds a batch; both slices hold `[items, outputs]`, row-major.
    pub fn add<P, A>(&mut self, predicted: &[P], actual: &[A])
    where
        P: Copy + Into<f64>,
        A: Copy + Into<f64>,
    {
        self.add_weighted(predicted, actual, None);
    }

    /// The same with a weight for each item; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted<P, A>(&mut self, predicted: &[P], actual: &[A], weights: Option<&[f32]>)
    where
        P: Copy + Into<f64>,
        A: Copy + Into<f64>,
    {
        let outputs = self.outputs.len();
        for (i, (&predicted, &actual)) in predicted.iter().zip(actual).enumerate() {
            let weight = weights.map_or(1.0, |weights| f64::from(weights[i / outputs]));
            self.outputs[i % outputs].add_item(actual.into(), predicted.into(), weight);
        }
    }

    /// Means over the outputs, as scikit-learn's `uniform_average`. R² of an output that does not vary is 1 when it
    /// is met exactly, else 0; so is that of a single item.
    pub(super) fn write(&self, metrics: &mut Metrics) {
        let mean = |of: fn(&RegressionSums) -> Result<f64, MetricError>| {
            let values = self.outputs.iter().map(|sums| of(sums).unwrap_or(f64::NAN));
            values.sum::<f64>() / self.outputs.len() as f64
        };
        metrics.set("mse", mean(RegressionSums::mse));
        metrics.set("mae", mean(RegressionSums::mae));
        metrics.set("r2", mean(r2));
    }
}

/// Where it is not defined, of a single item: 1 when it is met exactly, else 0.
fn r2(sums: &RegressionSums) -> Result<f64, MetricError> {
    let missed = sums.mse().is_ok_and(|mse| mse > 0.0);
    Ok(sums.r2().unwrap_or(if missed { 0.0 } else { 1.0 }))
}
