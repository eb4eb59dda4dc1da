//! What would be trained, and one batch through the model. Nothing is written.

use kiln_config::Resolved;
use kiln_core::Weights;
use kiln_models::Summary;
use kiln_train::{Data, TrainConfig};

use super::prepare::prepare;
use crate::error::ExperimentError;
use crate::observer::Observer;

/// What would be trained, and what one step gave.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DryRun {
    /// What the data set is called.
    pub data: String,
    /// Items for training, for validation and for the test.
    pub items: [usize; 3],
    /// The layers of the model.
    pub summary: Summary,
    /// Planned epochs.
    pub epochs: u64,
    /// Optimiser steps of an epoch.
    pub steps_per_epoch: u64,
    /// The loss of the first batch.
    pub first_loss: f64,
    /// Whether one step gives finite weights.
    pub finite: bool,
}

/// As the public function of this name, of a data set.
pub(crate) fn dry_run(resolved: &Resolved, observer: &dyn Observer) -> Result<DryRun, ExperimentError> {
    let job = prepare(resolved, observer)?;
    let split = &job.prepared.split;
    let one = TrainConfig { steps: Some(1), overfit_batch: true, ..job.config().train.clone() };
    let outcome = kiln_fit::fit(&mut job.trainer().config(one), job.model()?, &Data::new(job.train()?))?;
    Ok(DryRun {
        data: job.prepared.dataset.name.clone(),
        items: [split.train.len(), split.validation.len(), split.test.len()],
        summary: job.summary.clone(),
        epochs: job.config().train.epochs,
        steps_per_epoch: job.steps_per_epoch()?,
        first_loss: outcome.history.last().and_then(|epoch| epoch.train.get("loss")).unwrap_or(f64::NAN),
        finite: Weights::of(&outcome.model).first_non_finite().is_none(),
    })
}
