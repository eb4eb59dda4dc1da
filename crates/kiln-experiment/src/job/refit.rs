//! `data.refit`: a training with the validation part held out finds the number of epochs, another one has all of its items.

use std::borrow::Cow;
use std::sync::Arc;

use kiln_data::{Prepared, Preprocess, Split};
use kiln_models::Network;
use kiln_train::{Outcome, Trainer};

use super::assembly::Job;
use super::blueprint::NetworkTask;
use super::fit::Fitting;
use crate::error::{ExperimentError, Locate};

/// A training that has ended, of one pass or of two.
#[derive(Debug)]
pub(crate) struct Trainings {
    /// The last one, whose model counts.
    pub(crate) fitting: Fitting,
    /// Where there were two: the first one, which found the number of epochs, and what the second one was trained with.
    pub(crate) refit: Option<Box<(Outcome<Network>, Job<'static>)>>,
}

impl Job<'_> {
    /// Whether the training is followed by one on the validation items, too.
    pub(crate) fn refits(&self) -> bool {
        let train = &self.config().train;
        self.config().data.refit == Some(true)
            && train.solver.is_none()
            && !train.overfit_batch
            && !self.prepared.split.validation.is_empty()
    }

    /// The training on the items of both parts, from first weights, for so many epochs.
    ///
    /// # Errors
    /// As [`Job::of_split`].
    pub(crate) fn whole(&self, epochs: u64) -> Result<Job<'static>, ExperimentError> {
        let mut resolved = self.resolved.clone().into_owned();
        resolved.config.train.epochs = epochs;
        resolved.config.train.steps = None;
        resolved.config.early_stopping = None;
        let (dataset, split) = (Arc::clone(&self.prepared.dataset), self.both_parts());
        let fitted = Preprocess::from(&resolved.config.data).fit(&split.train_view(&dataset));
        let fitted = Arc::new(fitted.map_err(|error| resolved.locate(error))?);
        Job::assemble(Cow::Owned(resolved), self.device.clone(), Prepared { dataset, split, fitted })
    }

    /// The split of [`Job::whole`].
    pub(crate) fn both_parts(&self) -> Split {
        let Split { train, validation, test } = &self.prepared.split;
        let mut train: Vec<usize> = train.iter().chain(validation).copied().collect();
        train.sort_unstable();
        Split { train, validation: Vec::new(), test: test.clone() }
    }

    /// Trains with the trainer that `trainer` makes, and where [`Job::refits`] once more, with the one that it makes for
    /// [`Job::whole`]. The first training that was asked to stop is the last.
    ///
    /// # Errors
    /// As [`Job::fit`].
    pub(crate) fn fit_all(
        &self,
        resume: bool,
        trainer: impl Fn(&Job<'_>) -> Result<Trainer<NetworkTask>, ExperimentError>,
    ) -> Result<Trainings, ExperimentError> {
        let fitting = self.fit(trainer(self)?, resume)?;
        if !self.refits() || fitting.outcome.stop.can_go_on() {
            return Ok(Trainings { fitting, refit: None });
        }
        let first = fitting.outcome;
        let job = self.whole(first.history.best().map_or(self.config().train.epochs, |best| best.epoch))?;
        let fitting = job.fit(trainer(&job)?, resume)?;
        Ok(Trainings { fitting, refit: Some(Box::new((first, job))) })
    }
}

impl Trainings {
    /// The training whose validation metrics count: they are of items that it was not trained on.
    pub(crate) fn judged(&self) -> &Outcome<Network> {
        self.refit.as_ref().map_or(&self.fitting.outcome, |refit| &refit.0)
    }

    /// What the model that counts was trained with. `job`: what the first training had.
    pub(crate) fn job<'b>(&'b self, job: &'b Job<'_>) -> &'b Job<'b> {
        match &self.refit {
            Some(refit) => &refit.1,
            None => job,
        }
    }
}
