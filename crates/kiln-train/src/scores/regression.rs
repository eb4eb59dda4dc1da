//! MSE, MAE and R² over all items.

use crate::Metrics;

/// Running sums for regression metrics, per output.
#[derive(Debug, Clone)]
pub struct RegressionScores {
    outputs: Vec<Output>,
}

#[derive(Debug, Clone, Default)]
struct Output {
    /// Sum of the weights.
    total: f64,
    squared: f64,
    absolute: f64,
    // Welford's mean and sum of squared deviations of the actual values: no cancellation for large means.
    mean: f64,
    deviations: f64,
}

impl RegressionScores {
    /// For `outputs` numbers an item.
    pub fn new(outputs: usize) -> Self {
        Self { outputs: vec![Output::default(); outputs] }
    }

    /// Adds a batch; both slices hold `[items, outputs]`, row-major.
    pub fn add(&mut self, predicted: &[f32], actual: &[f32]) {
        self.add_weighted(predicted, actual, None);
    }

    /// The same with a weight for each item; `None`: all count 1.
    ///
    /// # Panics
    /// When there are fewer weights than items.
    pub fn add_weighted(&mut self, predicted: &[f32], actual: &[f32], weights: Option<&[f32]>) {
        let outputs = self.outputs.len();
        for (i, (&predicted, &actual)) in predicted.iter().zip(actual).enumerate() {
            let output = &mut self.outputs[i % outputs];
            let (predicted, actual) = (f64::from(predicted), f64::from(actual));
            let weight = weights.map_or(1.0, |weights| f64::from(weights[i / outputs]));
            if weight == 0.0 {
                continue;
            }
            let error = predicted - actual;
            output.total += weight;
            output.squared += weight * error * error;
            output.absolute += weight * error.abs();
            let delta = actual - output.mean;
            output.mean += delta * (weight / output.total);
            output.deviations += weight * delta * (actual - output.mean);
        }
    }

    /// Means over the outputs, as scikit-learn's `uniform_average`. R² of an output that does not vary is 1 when it
    /// is met exactly, else 0.
    pub(super) fn write(&self, metrics: &mut Metrics) {
        let mean =
            |f: &dyn Fn(&Output) -> f64| self.outputs.iter().map(f).sum::<f64>() / self.outputs.len() as f64;
        metrics.set("mse", mean(&|o| o.squared / o.total));
        metrics.set("mae", mean(&|o| o.absolute / o.total));
        metrics.set(
            "r2",
            mean(&|o| match (o.deviations > 0.0, o.squared > 0.0) {
                (true, _) => 1.0 - o.squared / o.deviations,
                (false, false) => 1.0,
                (false, true) => 0.0,
            }),
        );
    }
}
