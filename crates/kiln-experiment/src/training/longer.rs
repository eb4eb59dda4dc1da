//! A run whose last epoch was its best: what would train longer.

use kiln_models::Network;
use kiln_train::{Outcome, Stop};

use crate::error::{ExperimentError, Locate};
use crate::job::Job;
use crate::observer::Longer;

/// What would train longer, where a training came to its planned end and its last epoch was the best. `None` for any other, and
/// for one that nothing was held out from.
pub(super) fn longer(job: &Job<'_>, outcome: &Outcome<Network>) -> Result<Option<Longer>, ExperimentError> {
    let train = &job.config().train;
    let (best, last) = (outcome.history.best(), outcome.history.last());
    let is_last = best.zip(last).is_some_and(|(best, last)| {
        best.epoch == last.epoch && best.validation.as_ref().is_some_and(|metrics| !metrics.is_empty())
    });
    if !is_last || outcome.stop != Stop::Finished || train.solver.is_some() {
        return Ok(None);
    }
    let per_epoch = job.steps_per_epoch()?;
    let by_steps = train.steps.filter(|steps| outcome.steps >= *steps);
    let steps = 2 * by_steps.unwrap_or(train.epochs.saturating_mul(per_epoch));
    let epochs = steps.div_ceil(per_epoch);
    let mut changes = Vec::new();
    if by_steps.is_some() {
        changes.push(format!("train.steps={steps}"));
    }
    if epochs > train.epochs {
        changes.push(format!("train.epochs={epochs}"));
    }
    let goes_on = job.trainer().may_go_on(per_epoch, outcome.steps, steps);
    let goes_on = goes_on.map_err(|error| job.resolved.locate(error))?;
    Ok(Some(Longer { change: changes.join(" "), goes_on }))
}
