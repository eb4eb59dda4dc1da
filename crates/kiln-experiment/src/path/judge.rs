//! How good a trained model is on some rows, and how sure that is.

use burn::module::Module;
use kiln_core::Metrics;
use kiln_models::Network;
use kiln_train::Scores;

use crate::error::{CvError, ExperimentError, NoPath};
use crate::job::Job;

/// The metrics that are means over the items, and so have a standard error over them.
const MEANS: [&str; 6] = ["loss", "log_loss", "accuracy", "top5_accuracy", "mse", "mae"];

/// The metrics of some rows.
pub(super) fn metrics(job: &Job<'_>, model: &Network, rows: &[usize]) -> Result<Metrics, ExperimentError> {
    Ok(job.scores(model, job.rows(rows.to_vec()))?.metrics())
}

/// The metric that picks: the one wanted, or the log loss of classes and the squared error of numbers.
pub(super) fn metric(known: &Metrics, wanted: Option<&str>) -> Result<String, CvError> {
    let usual = if known.get("log_loss").is_some() { "log_loss" } else { "mse" };
    let name = wanted.unwrap_or(usual);
    if known.get(name).is_some() {
        return Ok(name.to_owned());
    }
    let known = known.iter().map(|(name, _)| name).collect::<Vec<_>>().join(", ");
    Err(CvError::Metric { name: name.to_owned(), known })
}

/// Whether a metric has a standard error over items.
pub(super) fn check(metric: &str) -> Result<(), ExperimentError> {
    if MEANS.contains(&metric) {
        return Ok(());
    }
    Err(NoPath::NoMean { metric: metric.to_owned() }.into())
}

/// The standard error of a metric that is a mean over items, `√(Σ wᵢ² (mᵢ − m)²) / Σ wᵢ` with the weights of the items:
/// for equal ones, that of a mean of n numbers (with n, not n − 1).
pub(super) fn standard_error(
    job: &Job<'_>,
    model: &Network,
    rows: &[usize],
    metric: &str,
) -> Result<f64, ExperimentError> {
    let dataset = &job.prepared.dataset;
    let width = job.blueprint.loss.predictions();
    let model = model.clone().valid();
    let weight = |row: usize| dataset.weights.as_ref().map_or(1.0, |weights| weights[row]);
    let rows: Vec<usize> = rows.iter().copied().filter(|row| weight(*row) > 0.0).collect();
    let mut items: Vec<(f64, f64)> = Vec::new();
    if metric == "loss" {
        for &row in &rows {
            items.push((metrics(job, &model, &[row])?.get(metric).unwrap_or(f64::NAN), weight(row)));
        }
        return Ok(spread(&items));
    }
    for chunk in rows.chunks(job.blueprint.fitted.input_shape().at_once()) {
        let inputs = job.blueprint.fitted.inputs(&dataset.features, chunk, &job.device)?;
        let outputs = job.blueprint.task().predict_logits(&model, inputs);
        for (&row, outputs) in chunk.iter().zip(outputs.chunks(width)) {
            let mut one = Scores::new();
            match dataset.target.strata() {
                Some((labels, classes)) => {
                    let logits: Vec<f32> = outputs.iter().map(|logit| *logit as f32).collect();
                    one.add_classes(&logits, &labels[row..=row], classes);
                }
                None => {
                    let actual = dataset.target.numbers(row);
                    one.add_values(outputs, &actual, actual.len());
                }
            }
            items.push((one.metrics().get(metric).unwrap_or(f64::NAN), weight(row)));
        }
    }
    Ok(spread(&items))
}

/// The standard error of a mean of values with weights.
fn spread(items: &[(f64, f64)]) -> f64 {
    let total: f64 = items.iter().map(|(_, weight)| weight).sum();
    let mean = items.iter().map(|(value, weight)| value * weight).sum::<f64>() / total;
    let squares: f64 = items.iter().map(|(value, weight)| (weight * (value - mean)).powi(2)).sum();
    squares.sqrt() / total
}
