//! MSE, MAE and R² over all items.

use crate::Metrics;

/// Running sums for regression metrics, per output.
#[derive(Debug, Clone)]
pub struct RegressionScores {
    outputs: Vec<Output>,
}

#[derive(Debug, Clone, Default)]
struct Output {
    items: f64,
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
        let outputs = self.outputs.len();
        for (i, (&predicted, &actual)) in predicted.iter().zip(actual).enumerate() {
            let output = &mut self.outputs[i % outputs];
            let (predicted, actual) = (f64::from(predicted), f64::from(actual));
            let error = predicted - actual;
            output.items += 1.0;
            output.squared += error * error;
            output.absolute += error.abs();
            let delta = actual - output.mean;
            output.mean += delta / output.items;
            output.deviations += delta * (actual - output.mean);
        }
    }

    /// Means over the outputs, as scikit-learn's `uniform_average`. R² of an output that does not vary is 1 when it
    /// is met exactly, else 0.
    pub(super) fn write(&self, metrics: &mut Metrics) {
        let mean =
            |f: &dyn Fn(&Output) -> f64| self.outputs.iter().map(f).sum::<f64>() / self.outputs.len() as f64;
        metrics.set("mse", mean(&|o| o.squared / o.items));
        metrics.set("mae", mean(&|o| o.absolute / o.items));
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
