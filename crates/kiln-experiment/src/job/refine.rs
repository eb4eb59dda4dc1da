//! `train.monitor = "refinement_loss"`: the best weights of a classifier are those that tell the classes apart best, and how sure
//! they are is put right afterwards.

use std::borrow::Cow;

use kiln_core::Metric;
use kiln_fit::NetworkTask;
use kiln_models::Network;
use kiln_train::{Kept, Outcome, Stop};
use kiln_validate::calibration::{CalibrationError, Refinement, refinement};

use super::assembly::Job;
use super::refit::Trainings;
use crate::error::ExperimentError;

/// The name of the metric.
const REFINEMENT: &str = "refinement_loss";

/// The refinement of what was kept of classes.
fn refined(kept: &Kept) -> Result<Refinement, CalibrationError> {
    let logits: Vec<f64> = match kept.predictions().len() == kept.len() {
        // The logit of the second of two classes.
        true => kept.predictions().iter().flat_map(|logit| [0.0, *logit]).collect(),
        false => kept.predictions().to_vec(),
    };
    refinement(&logits, &kept.labels(), kept.weights())
}

impl Job<'_> {
    fn refines(&self) -> bool {
        self.config().train.monitor == REFINEMENT && self.blueprint.fitted.class_names().is_some()
    }

    /// The task of training, which scores the metric that is monitored, too.
    pub(super) fn task(&self) -> NetworkTask {
        let task = self.blueprint.task();
        if !self.refines() {
            return task;
        }
        task.metric(Metric::minimise(REFINEMENT), |kept| refined(kept).map(|found| found.loss))
    }

    /// The temperature that is best for the validation items, where the training was judged by its refinement.
    ///
    /// # Errors
    /// Data that cannot be read.
    fn temperature(&self, judged: &Outcome<Network>) -> Result<Option<f64>, ExperimentError> {
        let Some(rows) = self.prepared.validation().filter(|_| self.refines()) else { return Ok(None) };
        let scores = self.scores_of(&self.blueprint.task().keep_outputs(), &judged.model, rows)?;
        let kept = scores.kept(NetworkTask::OUTPUTS).map(refined);
        Ok(kept.transpose()?.map(|found| found.temperature))
    }
}

impl Trainings {
    /// The [job](Trainings::job) of the model that counts, which predicts and is scored as sure as the validation items say, and the
    /// temperature of that. Without one where the training was not judged by its refinement, or is not over.
    ///
    /// # Errors
    /// Data that cannot be read.
    pub(crate) fn calibrated<'b>(
        &'b self,
        job: &'b Job<'b>,
    ) -> Result<(Cow<'b, Job<'b>>, Option<f64>), ExperimentError> {
        let last = self.job(job);
        let over = self.fitting.outcome.stop != Stop::Interrupted;
        let temperature = if over { job.temperature(self.judged())? } else { None };
        let Some(found) = temperature else { return Ok((Cow::Borrowed(last), None)) };
        let mut last = last.with_settings(&last.resolved);
        last.blueprint.temperature = found as f32;
        Ok((Cow::Owned(last), temperature))
    }
}
