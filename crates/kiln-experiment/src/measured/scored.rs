//! What a model says of items, kept for metrics of all of them.

use burn::tensor::Device;
use kiln_data::{Loader, Rows, Source};
use kiln_fit::evaluate;
use kiln_models::Network;
use kiln_train::{Decision, Scores};

use crate::error::ExperimentError;
use crate::job::{Blueprint, NetworkTask};

/// Scores a model in evaluation mode on some rows, and keeps what it says of each.
pub(crate) fn scored(
    blueprint: &Blueprint,
    model: &Network,
    rows: Rows,
    device: &Device,
) -> Result<Scores, ExperimentError> {
    let at_once = rows.at_once();
    let loader = Loader::new(rows, at_once)?.prefetch(1);
    Ok(evaluate(&blueprint.task().keep_outputs(), model, &loader, device)?)
}

/// What a classifier says of items, and what they are.
pub(crate) struct Classified {
    /// Row-major, `[items, classes]`, at least two classes.
    pub(crate) logits: Vec<f32>,
    pub(crate) labels: Vec<u32>,
    pub(crate) weights: Option<Vec<f64>>,
    pub(crate) classes: usize,
}

impl Classified {
    /// What was kept of items that have one of `classes` classes.
    pub(crate) fn of(scores: &Scores, classes: usize) -> Self {
        let kept = scores.kept(NetworkTask::OUTPUTS).cloned().unwrap_or_default();
        // They were f32 before they were kept.
        let logits = kept.rows().flat_map(|row| {
            let other = (row.len() == 1).then_some(0.0);
            other.into_iter().chain(row.iter().map(|logit| *logit as f32)).collect::<Vec<_>>()
        });
        Self {
            logits: logits.collect(),
            labels: kept.labels(),
            weights: kept.weights().map(<[f64]>::to_vec),
            classes: classes.max(2),
        }
    }

    /// The probability of each class, row-major, as it is predicted.
    pub(crate) fn probabilities(&self, decision: Decision) -> Vec<f32> {
        self.logits.chunks(self.classes).flat_map(|logits| decision.probabilities(logits)).collect()
    }
}
