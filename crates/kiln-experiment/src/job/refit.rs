//! `data.refit`: a training with the validation part held out finds the number of epochs, another one has all of its items.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use kiln_core::EpochRecord;
use kiln_data::{Prepared, Preprocess, Split};
use kiln_fit::NetworkTask;
use kiln_models::Network;
use kiln_optim::{MultiStepShape, ScheduleConfig, ShapeConfig};
use kiln_train::{Outcome, Trainer};

use super::assembly::Job;
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
        Job::assemble(Cow::Owned(resolved), self.device.clone(), Prepared { dataset, split, fitted })?
            .started()
    }

    /// The split of [`Job::whole`].
    pub(crate) fn both_parts(&self) -> Split {
        let Split { train, validation, calibration, test } = &self.prepared.split;
        let mut train: Vec<usize> = train.iter().chain(validation).copied().collect();
        train.sort_unstable();
        Split { train, validation: Vec::new(), calibration: calibration.clone(), test: test.clone() }
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
        let began = Instant::now();
        let fitting = self.fit(trainer(self)?, resume)?;
        if !self.refits() || fitting.outcome.stop.can_go_on() {
            return Ok(Trainings { fitting, refit: None });
        }
        let first = fitting.outcome;
        let mut job =
            self.whole(first.history.best().map_or(self.config().train.epochs, |best| best.epoch))?;
        let config = &mut job.resolved.to_mut().config;
        config.schedule = replayed(&config.schedule, &first.history.epochs);
        if let Some(limit) = &mut config.train.time_limit {
            // Of both together.
            *limit = (*limit - began.elapsed().as_secs_f64()).max(f64::MIN_POSITIVE);
        }
        let fitting = job.fit(trainer(&job)?, resume)?;
        Ok(Trainings { fitting, refit: Some(Box::new((first, job))) })
    }
}

/// The schedule of a training that has no validation part: a plateau drops behind the epochs behind which it dropped in the
/// training that had one, of which these are the epochs.
fn replayed(schedule: &ScheduleConfig, epochs: &[EpochRecord]) -> ScheduleConfig {
    let ShapeConfig::Plateau(plateau) = &schedule.shape else { return schedule.clone() };
    let drops = epochs.windows(2).filter(|pair| pair[1].lr < pair[0].lr);
    let milestones = drops.map(|pair| (pair[0].epoch as f64 - schedule.warmup).max(0.0)).collect();
    // A factor of 0 leaves no rate to go on with.
    let gamma = plateau.factor.max(f64::MIN_POSITIVE);
    ScheduleConfig { shape: MultiStepShape { milestones, gamma }.into(), ..schedule.clone() }
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

#[cfg(test)]
mod tests {
    use kiln_config::{Request, resolve};
    use kiln_core::Metrics;
    use kiln_optim::PlateauShape;

    use super::*;

    #[test]
    fn a_plateau_drops_where_it_dropped_before() {
        let epoch = |(epoch, lr): (u64, f64)| EpochRecord {
            seq: epoch,
            epoch,
            step: 4 * epoch,
            lr,
            train: Metrics::new(),
            validation: None,
            best: true,
            seconds: 0.0,
        };
        let rates = [0.05, 0.1, 0.1, 0.02, 0.02, 0.004];
        let epochs: Vec<EpochRecord> = (1..).zip(rates).map(epoch).collect();
        let plateau = PlateauShape { factor: 0.2, ..PlateauShape::default() };
        let schedule = ScheduleConfig { warmup: 1.0, warmup_start: 0.5, ..plateau.into() };
        let found = replayed(&schedule, &epochs).build(0.1, 4, 24).unwrap();
        let last_of_each = rates.iter().zip((1..).map(|epoch| found.at(4 * epoch - 1)));
        for (rate, found) in last_of_each.skip(1) {
            assert!((rate - found).abs() < 1e-12, "{rate} {found}");
        }
        let cosine = ScheduleConfig::from(kiln_optim::CosineShape::default());
        assert_eq!(replayed(&cosine, &epochs), cosine);
    }

    #[test]
    fn a_time_limit_is_for_both_trainings() {
        let overrides = ["train.epochs=2", "data.refit=true", "train.time_limit=1000"].map(str::to_owned);
        let request =
            Request { config: Some("iris".to_owned()), overrides: overrides.into(), ..Request::default() };
        let resolved = resolve(&request).unwrap();
        let job = Job::load(&resolved).unwrap();
        let trainings = job.fit_all(false, |job| Ok(job.trainer())).unwrap();
        let limit = trainings.job(&job).config().train.time_limit.unwrap();
        let first = trainings.judged().seconds;
        assert!(limit > 900.0 && limit <= 1000.0 - 0.9 * first, "{limit} {first}");
    }
}
