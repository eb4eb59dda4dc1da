//! How good the mean of several models is.

use std::sync::Arc;

use kiln_data::{DataError, Dataset};
use kiln_train::Scores;

use super::evaluation::{Evaluation, Measured};
use super::items::ScoredItems;
use super::whole::Whole;
use crate::error::ExperimentError;
use crate::job::NetworkTask;
use crate::predict::Predictor;

/// How good the mean of the models of `predictor` is on the items `rows`.
pub(crate) fn of_rows(
    predictor: &Predictor,
    of: Measured,
    dataset: Arc<Dataset>,
    rows: Vec<usize>,
    strict: bool,
) -> Result<(Evaluation, ScoredItems), ExperimentError> {
    let fitted = Arc::clone(predictor.fitted());
    let unseen = fitted.unseen(&dataset.features, Some(&rows));
    if strict && !unseen.is_empty() {
        return Err(DataError::Unseen(unseen).into());
    }
    let scores = scores(predictor, &dataset, &rows)?;
    let passed_over = predictor.each().iter().flat_map(|model| model.passed_over());
    let passed_over = passed_over.map(ToString::to_string).collect();
    Whole { of, scores, dataset, rows, fitted, kept: None, unseen, passed_over }.evaluation()
}

/// Scores without a loss: each model has learned from one in units of its own.
fn scores(predictor: &Predictor, dataset: &Dataset, rows: &[usize]) -> Result<Scores, ExperimentError> {
    let (mut scores, width) = (Scores::new(), predictor.width());
    let is_labels = predictor.fitted().label_names().is_some();
    for chunk in rows.chunks(predictor.input_shape().at_once()) {
        let outputs = predictor.together(predictor.outputs_of_each(&dataset.features, chunk)?);
        let of_items = |weights: &Vec<f64>| chunk.iter().map(|&row| weights[row] as f32).collect();
        let weights: Option<Vec<f32>> = dataset.weights.as_ref().map(of_items);
        let weights = weights.as_deref();
        if let Some(labels) = dataset.target.labels() {
            let labels: Vec<u32> = chunk.iter().map(|&row| labels[row]).collect();
            let logits: Vec<f32> = outputs.iter().map(|logit| *logit as f32).collect();
            scores.add_weighted_classes(&logits, &labels, weights, width.max(2));
            scores.keep_as(NetworkTask::OUTPUTS, &logits, &labels, weights);
            continue;
        }
        let actual: Vec<f64> = chunk.iter().flat_map(|&row| dataset.target.numbers(row)).collect();
        if is_labels {
            let logits: Vec<f32> = outputs.iter().map(|share| logit(*share)).collect();
            let actual: Vec<f32> = actual.iter().map(|label| *label as f32).collect();
            scores.add_weighted_labels(&logits, &actual, weights, width);
            scores.keep_as(NetworkTask::OUTPUTS, &logits, &actual, weights);
        } else {
            scores.add_weighted_values(&outputs, &actual, weights, width);
            scores.keep_as(NetworkTask::OUTPUTS, &outputs, &actual, weights);
        }
    }
    Ok(scores)
}

/// The logit of a probability, finite at its ends.
fn logit(share: f64) -> f32 {
    let share = share.clamp(1e-30, 1.0 - f64::EPSILON);
    (share.ln() - (-share).ln_1p()) as f32
}
