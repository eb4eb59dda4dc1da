//! The search of settings within a fold, which sees the fold's training items only.

use std::path::Path;
use std::sync::Arc;

use burn::tensor::Device;
use kiln_config::{Flags, Resolved};
use kiln_core::file::{is_file, write_durably};
use kiln_core::{Direction, NoDirection, Purpose, Seed};
use kiln_train::Stop;
use kiln_validate::search::{Assignment, Ending, State, Study, Trial, TrialRun};
use kiln_validate::split::Fold;

use super::folds::Folds;
use super::search::SearchInFolds;
use crate::error::{CvError, ExperimentError, JobError, RunError};
use crate::fold::Chosen;
use crate::interrupt::Interrupt;
use crate::job::Job;
use crate::observer::{Event, Observer};
use crate::trial::{StudyRun, run_study, settle};

/// The journal of a fold's search.
const JOURNAL: &str = "study.jsonl";

/// Searches, fold by fold.
pub(super) struct Searcher<'a> {
    /// The folder of the cross-validation.
    pub(super) run: &'a Path,
    pub(super) nested: &'a SearchInFolds,
    pub(super) monitor: &'a str,
    pub(super) folds: &'a Folds,
    pub(super) flags: Flags,
    pub(super) device: Device,
    pub(super) interrupt: &'a Interrupt,
    pub(super) observer: &'a dyn Observer,
}

impl Searcher<'_> {
    /// The configuration of the trial with these values.
    pub(super) fn resolve(&self, params: &Assignment) -> Result<Resolved, ExperimentError> {
        self.nested.start.resolve_in(self.run, self.flags.clone(), params)
    }

    /// Searches on the training items of a fold, whose folder is `path`. `None` when it was asked to stop. Trials that
    /// ended in an earlier process are not run again.
    pub(super) fn choose(
        &self,
        path: &Path,
        fold: usize,
        seed: u64,
    ) -> Result<Option<Chosen>, ExperimentError> {
        let journal = path.join(JOURNAL);
        if !is_file(&journal).map_err(RunError::io("look at", &journal))? {
            let direction = Direction::of_known(self.monitor);
            let direction = direction.ok_or_else(|| NoDirection::new(self.monitor, Vec::new()))?;
            let header = Study::header(&self.nested.study(direction, seed))?;
            write_durably(&journal, &header).map_err(RunError::io("write", &journal))?;
        }
        let mut study = Study::open(&journal)?;
        let inner = self.folds.inner(fold, self.nested, seed)?;
        let how = StudyRun {
            trials: self.nested.trials,
            workers: 1,
            threads: rayon::current_num_threads(),
            interrupt: self.interrupt,
            deadline: None,
        };
        let ended = |trial: &Trial| {
            let (monitor, trials) = (self.monitor, self.nested.trials);
            self.observer.hear(&Event::Trial { trial, monitor, trials, fold: Some(fold), run: None })
        };
        let trial = |trial: &TrialRun| settle(self.trial(trial.params(), fold, &inner, seed));
        run_study(&mut study, &how, trial, ended)?;
        if self.interrupt.is_set() {
            return Ok(None);
        }
        let failed = || study.trials().iter().filter(|trial| trial.state == State::Failed);
        let trials = study.trials().len();
        match (study.best(), failed().next()) {
            (Some(best), _) => Ok(Some(Chosen {
                params: best.params.clone(),
                monitor: self.monitor.to_owned(),
                inner: best.value.unwrap_or(f64::NAN),
                trial: best.number,
                trials: [trials, failed().count()],
            })),
            (None, first) => Err(CvError::AllFailed {
                fold,
                trials,
                number: first.map_or(0, |trial| trial.number),
                reason: first.and_then(|trial| trial.error.clone()).unwrap_or_default(),
            }
            .into()),
        }
    }

    /// The mean score of these values on the inner folds, or on the validation part without inner folds.
    fn trial(
        &self,
        params: &Assignment,
        fold: usize,
        inner: &[Fold],
        seed: u64,
    ) -> Result<Ending, ExperimentError> {
        let resolved = self.resolve(params)?;
        if inner.is_empty() {
            let resolved = resolved.with_seed(seed);
            let job = self.folds.job(&resolved, &self.device, fold)?;
            job.check()?;
            let outcome = job.fit(job.trainer().stop_flag(Arc::clone(&self.interrupt.flag)), false)?.outcome;
            let best = outcome.history.best().and_then(|epoch| epoch.validation.as_ref());
            return Ok(match outcome.stop {
                Stop::Interrupted => Ending::Interrupted,
                _ => Ending::Done(best.and_then(|best| best.get(self.monitor)).unwrap_or(f64::NAN)),
            });
        }
        let mut sum = 0.0;
        for (number, part) in inner.iter().enumerate() {
            // The same for every trial: they differ in their settings alone.
            let resolved =
                resolved.with_seed(Seed::new(seed).purpose(Purpose::Search).at(number as u64).value() >> 1);
            let job = self.folds.job_of(&resolved, &self.device, part, fold)?;
            if number == 0 {
                job.check()?;
            }
            // As the training with the chosen settings.
            let trainer = |job: &Job<'_>| Ok(job.trainer().stop_flag(Arc::clone(&self.interrupt.flag)));
            let trainings = job.fit_all(false, trainer)?;
            let outcome = &trainings.fitting.outcome;
            if outcome.stop == Stop::Interrupted {
                return Ok(Ending::Interrupted);
            }
            let job = trainings.job(&job);
            let test = job.prepared.test().ok_or(JobError::EmptyPart { part: "test" })?;
            let scores = job.scores(&outcome.model, test)?.metrics();
            sum += scores.get(self.monitor).unwrap_or(f64::NAN);
        }
        Ok(Ending::Done(sum / inner.len() as f64))
    }
}
