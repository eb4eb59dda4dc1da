//! One fold: a run of its own, trained from nothing or gone on with.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use burn::tensor::Device;
use kiln_config::{Resolved, annotated};
use kiln_core::Weights;
use kiln_core::file::write_durably;
use kiln_models::Network;
use kiln_train::{Outcome, Scores, Stop};

use super::data::Folds;
use super::nested::Search;
use super::record::{FOLD, FoldRecord, folder};
use super::{predictions, report};
use crate::command::train::PREPROCESS;
use crate::error::CliError;
use crate::job::Job;
use crate::output::Output;
use crate::run_dir::{CONFIG, RunDir, RunError};

/// Trains folds, several at once if need be.
#[derive(Debug)]
pub(super) struct FoldRunner<'a> {
    pub(super) path: &'a Path,
    pub(super) resolved: &'a Resolved,
    pub(super) folds: &'a Folds,
    pub(super) device: Device,
    /// The search of the settings of each fold, if there is one.
    pub(super) search: Option<Search<'a>>,
    pub(super) stop: Arc<AtomicBool>,
    /// How long a fold is waited for that another process holds.
    pub(super) patience: Duration,
    pub(super) out: Output,
}

impl FoldRunner<'_> {
    /// Trains a fold to its end, unless it is done; `None` when it was asked to stop.
    pub(super) fn run(&self, fold: usize) -> Result<Option<FoldRecord>, CliError> {
        let path = folder(self.path, fold);
        if let Some(record) = self.done(fold, &path)? {
            return Ok(Some(record));
        }
        if self.stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        fs::create_dir_all(&path).map_err(RunError::io("make", &path))?;
        let _lock = RunDir::open_within(&path, self.patience)?;
        // Whoever held it may have come to the end.
        if let Some(record) = self.done(fold, &path)? {
            return Ok(Some(record));
        }
        let seed = self.folds.seed(self.resolved, fold);
        let (resolved, chosen) = match &self.search {
            None => (self.resolved.with_seed(seed), None),
            Some(search) => {
                let Some(chosen) = search.choose(&path, fold, seed)? else { return Ok(None) };
                (search.resolve(&chosen.params)?.with_seed(seed), Some(chosen))
            }
        };
        let config = path.join(CONFIG);
        write_durably(&config, annotated(&resolved).as_bytes()).map_err(RunError::io("write", &config))?;
        let job = self.folds.job(&resolved, &self.device, fold)?;
        let fitted = serde_json::to_vec(&*job.shape.fitted).map_err(CliError::internal)?;
        let trainer = job
            .trainer()
            .run_dir(&path, job.config().checkpoint.clone())
            .checkpoints_after(self.quiet())
            .attach(PREPROCESS, fitted)
            .stop_flag(Arc::clone(&self.stop));
        let outcome = job.fit(trainer, true)?.outcome;
        if outcome.stop == Stop::Interrupted {
            return Ok(None);
        }
        let record = FoldRecord { search: chosen, ..self.record(fold, &job, &outcome)? };
        predictions::write(&path, &job, &outcome.model)?;
        let mut bytes = serde_json::to_vec_pretty(&record).map_err(CliError::internal)?;
        bytes.push(b'\n');
        let done = path.join(FOLD);
        write_durably(&done, &bytes).map_err(RunError::io("write", &done))?;
        self.clean(&path)?;
        report::fold_event(&record, self.out)?;
        report::fold_line(&record, self.folds.len(), self.out);
        // What was written and what is read back later are the same numbers.
        FoldRecord::read(self.path, fold)
    }

    /// The record of a fold that was done before.
    fn done(&self, fold: usize, path: &Path) -> Result<Option<FoldRecord>, CliError> {
        let record = FoldRecord::read(self.path, fold)?;
        if let Some(record) = &record {
            self.clean(path)?;
            report::fold_event(record, self.out)?;
        }
        Ok(record)
    }

    /// How long a fold writes no checkpoint. Most folds are over by then, and writing them down would take longer than
    /// training them; of a longer one that much is lost at most. Not where checkpoints are wanted.
    fn quiet(&self) -> Duration {
        let wanted = self.folds.study.keep_models || self.resolved.config.checkpoint.every_steps.is_some();
        if wanted { Duration::ZERO } else { Duration::from_secs(10) }
    }

    fn record(&self, fold: usize, job: &Job<'_>, outcome: &Outcome<Network>) -> Result<FoldRecord, CliError> {
        let split = &job.prepared.split;
        let test = job.prepared.test().ok_or(CliError::EmptyPart { part: "test" })?;
        let test: Scores = job.scores(&outcome.model, test)?;
        let train = job.scores(&outcome.model, job.prepared.train())?;
        let best = outcome.history.best();
        Ok(FoldRecord {
            v: 1,
            fold,
            seed: job.config().seed,
            items: [split.train.len(), split.validation.len(), split.test.len()],
            train: train.metrics(),
            validation: best.and_then(|best| best.validation.clone()).unwrap_or_default(),
            test: test.metrics(),
            best_epoch: best.map(|best| best.epoch),
            stop: outcome.stop.reason().to_owned(),
            seconds: outcome.seconds,
            weights_blake3: Weights::of(&outcome.model).blake3(),
            confusion: test.confusion().map(|matrix| matrix.rows().map(<[u64]>::to_vec).collect()),
            search: None,
        })
    }

    /// Removes the checkpoints of a fold that is done, unless they are to be kept.
    fn clean(&self, path: &Path) -> Result<(), CliError> {
        let checkpoints = path.join("checkpoints");
        if self.folds.study.keep_models || !checkpoints.is_dir() {
            return Ok(());
        }
        Ok(fs::remove_dir_all(&checkpoints).map_err(RunError::io("remove", &checkpoints))?)
    }
}
