//! Trains folds of a configuration, each as a run of its own.

use std::path::Path;
use std::time::Duration;

use burn::tensor::Device;
use kiln_config::{Resolved, annotated};
use kiln_core::Weights;
use kiln_core::file::write_durably;
use kiln_train::Stop;

use super::folds::Folds;
use super::nested::Searcher;
use crate::error::{ExperimentError, JobError, RunError};
use crate::fold::{Completed, Completion, FoldRecord, FoldResult, FoldRun};
use crate::interrupt::Interrupt;
use crate::left_out::tell_left_out;
use crate::observer::{Event, Observer, tell};
use crate::predicted::predictions;
use crate::run::{CONFIG, KeptDecision, PREPROCESS, holdout};

/// Trains folds, several at once if need be.
pub(super) struct FoldRunner<'a> {
    pub(super) path: &'a Path,
    pub(super) resolved: &'a Resolved,
    pub(super) folds: &'a Folds,
    pub(super) device: Device,
    /// The search of the settings of each fold, if there is one.
    pub(super) search: Option<Searcher<'a>>,
    pub(super) interrupt: &'a Interrupt,
    /// How long a fold is waited for that another process holds.
    pub(super) patience: Duration,
    pub(super) observer: &'a dyn Observer,
}

impl FoldRunner<'_> {
    /// Trains a fold to its end, unless it is done. `None` when it was asked to stop.
    pub(super) fn run(&self, fold: usize) -> Result<Option<FoldRecord>, ExperimentError> {
        let completion = Completion {
            run: self.path,
            interrupt: self.interrupt,
            patience: self.patience,
            keep_checkpoints: self.folds.study.keep_models,
        };
        let completed = completion.complete(fold, |path| self.train(fold, path))?;
        let Some(Completed { record, earlier }) = completed else { return Ok(None) };
        tell(self.observer, &Event::Fold { record: &record, folds: self.folds.len(), earlier })?;
        Ok(Some(record))
    }

    fn train(&self, fold: usize, path: &Path) -> Result<Option<FoldResult>, ExperimentError> {
        let seed = self.folds.seed(self.resolved, fold);
        let (resolved, chosen) = match &self.search {
            None => (self.resolved.with_seed(seed), None),
            Some(search) => {
                let Some(chosen) = search.choose(path, fold, seed)? else { return Ok(None) };
                (search.resolve(&chosen.params)?.with_seed(seed), Some(chosen))
            }
        };
        let job = self.folds.job(&resolved, &self.device, fold)?;
        let config = path.join(CONFIG);
        write_durably(&config, annotated(&job.resolved).as_bytes())
            .map_err(RunError::io("write", &config))?;
        tell_left_out(&job.prepared.fitted, Some(fold), self.observer)?;
        let run = FoldRun {
            number: fold,
            fold: &self.folds.list()[fold],
            seed,
            folder: Some(path),
            checkpoint: &job.config().checkpoint,
            keep_models: self.folds.study.keep_models,
            interrupt: self.interrupt,
            // kiln's own networks draw from seeds alone.
            side_by_side: false,
        };
        let trainings = job.fit_all(true, |job| {
            let held_out = if job.refits() { Some(holdout(path)?) } else { None };
            let run = FoldRun { folder: Some(held_out.as_deref().unwrap_or(path)), ..run };
            Ok(run.prepare(job.trainer()).attach(PREPROCESS, job.fitted_bytes()?))
        })?;
        let (outcome, judged) = (&trainings.fitting.outcome, trainings.judged());
        if outcome.stop == Stop::Interrupted {
            return Ok(None);
        }
        let (last, temperature) = trainings.calibrated(&job)?;
        if let Some(temperature) = temperature.filter(|_| run.keep_models) {
            let items = job.prepared.split.validation.len();
            KeptDecision::new(&Weights::of(&outcome.model), items).calibrated(temperature).write(path)?;
        }
        let test = last.prepared.test().ok_or(JobError::EmptyPart { part: "test" })?;
        let test = last.scores(&outcome.model, test)?;
        let train = last.scores(&outcome.model, last.prepared.train())?;
        let predicted = predictions(&last.blueprint.task(), &outcome.model, &last.prepared, &last.device)?;
        let mut result = run.result(outcome, &train, &test).predictions(predicted);
        if trainings.refit.is_some() {
            let found = FoldRecord::of(fold, judged);
            let seconds = found.seconds + outcome.seconds;
            let (validation, best_epoch, stop) = (found.validation, found.best_epoch, found.stop);
            result.record = FoldRecord { validation, best_epoch, stop, seconds, ..result.record };
        }
        result.record.search = chosen;
        let split = &job.prepared.split;
        result.record.items = [split.train.len(), split.validation.len(), split.test.len()];
        Ok(Some(result))
    }
}
