//! One process at work on one run: its training or trainings, and the record of how they end.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use kiln_config::annotated;
use kiln_core::{CertificateRecord, Explain, Weights, memory};
use kiln_models::Network;
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{Outcome, Sparsity, Stop, Trainer};

use super::changes::{Changes, WriteConfig};
use super::longer::longer;
use super::record::ended;
use crate::edited;
use crate::error::ExperimentError;
use crate::job::{Job, NetworkTask, Trainings, in_pool};
use crate::log::Tracked;
use crate::observer::{Event, Observer, TrainingStart, tell};
use crate::ranks::{Crew, Resumed};
use crate::run::{
    CHECKPOINTS, CONFIG, KeptDecision, PREPROCESS, RunFolder, RunRecord, SETTINGS, Status, holdout, rfc3339,
};
use crate::session::Session;

/// One process at work on one run.
pub(super) struct Process<'a> {
    pub(super) job: &'a Job<'a>,
    pub(super) run: &'a RunFolder,
    pub(super) record: RunRecord,
    pub(super) session: &'a Session,
    pub(super) observer: &'a dyn Observer,
    /// Where it goes on: what is not as it was.
    pub(super) changes: Option<&'a Changes>,
    /// The server that is told of it, once it is.
    pub(super) mlflow: Option<Tracked>,
    /// The other ranks, where there are any, once they are there.
    pub(super) crew: Option<Crew>,
}

impl Process<'_> {
    /// Trains, and records how it ended, also when it failed.
    pub(super) fn go(mut self) -> Result<(RunRecord, Outcome<Network>), ExperimentError> {
        let result = in_pool(|| self.train()).and_then(|result| result);
        if let (Some(crew), Err(error)) = (&self.crew, &result) {
            crew.ranks.end(&error.to_string());
        }
        // Before anything else is written: what is deleted is not made anew, and is no success.
        self.run.must_be_there()?;
        self.record.finished = Some(rfc3339(SystemTime::now()));
        self.record.peak_rss_bytes = memory::peak_rss();
        self.record.exit_code = Some(match &result {
            Ok(Outcome { stop: Stop::Interrupted, .. }) => self.session.interrupt.exit_code().unwrap_or(130),
            Ok(_) => 0,
            Err(error) => error.kind().exit_code(),
        });
        if let Err(error) = &result {
            self.record.status = Status::Failed;
            self.record.error = Some(error.to_string());
        }
        let written = self.record.write(self.run.path());
        if let Some(mlflow) = self.mlflow.take()
            && let Some(lost) = mlflow.end(self.run.path(), &self.record)
        {
            tell(self.observer, &Event::Warning(&lost))?;
        }
        // The first failure is the one to tell.
        let outcome = result?;
        written?;
        Ok((self.record, outcome))
    }

    fn train(&mut self) -> Result<Outcome<Network>, ExperimentError> {
        let (session, path, config) = (self.session, self.run.path(), self.job.config());
        self.mlflow = Tracked::of_session(session, path, &self.record, config, self.observer)?;
        if let Some(ranks) = &session.ranks {
            self.crew = Some(Crew::gather(ranks, path, self.resumed(), &session.interrupt)?);
        }
        let trainings = self.job.fit_all(self.changes.is_some(), |job| self.trainer(job))?;
        if !trainings.fitting.converged {
            let text = "the solver stopped before its tolerance; see train.steps and train.gap_tolerance";
            tell(self.observer, &Event::Warning(text))?;
        }
        if let (Some(crew), Some(lost)) = (&mut self.crew, &trainings.fitting.outcome.lost) {
            tell(self.observer, &Event::Warning(&crew.told(lost)))?;
        }
        self.tell_of_skipped(&trainings.fitting.outcome)?;
        self.end(&trainings)?;
        Ok(trainings.fitting.outcome)
    }

    fn resumed(&self) -> Resumed<'_> {
        let changes = self.changes.map(|changes| (&changes.overrides[..], &changes.allow[..]));
        changes.map(|(overrides, allow)| Resumed { overrides, allow }).unwrap_or_default()
    }

    /// Says how many steps a training in f16 has skipped.
    fn tell_of_skipped(&self, outcome: &Outcome<Network>) -> Result<(), ExperimentError> {
        let epochs = &outcome.history.epochs;
        let skipped: f64 = epochs.iter().filter_map(|epoch| epoch.train.get("skipped_steps")).sum();
        if skipped == 0.0 {
            return Ok(());
        }
        let text = format!(
            "{skipped} of {} steps were skipped, because their scaled gradients left the range of f16; the scale was halved each \
             time (skipped_steps in metrics.jsonl)",
            outcome.steps
        );
        tell(self.observer, &Event::Warning(&text))
    }

    /// The trainer of a training of the run, which is told of.
    fn trainer(&self, job: &Job<'_>) -> Result<Trainer<NetworkTask>, ExperimentError> {
        let (path, is_first) = (self.run.path(), job.refits() || !self.job.refits());
        let folder = if job.refits() { holdout(path)? } else { path.to_owned() };
        let done = match CheckpointStore::new(folder.join(CHECKPOINTS), 1).newest() {
            Ok((Some(checkpoint), _)) => checkpoint.state.step,
            _ => 0,
        };
        if !is_first {
            let (epochs, items) = (job.config().train.epochs, job.prepared.split.train.len());
            tell(self.observer, &Event::Refit { epochs, items })?;
        }
        let start = start(job, path, done)?;
        tell(self.observer, &Event::TrainingStarts(&start))?;
        // Those of the run, in both trainings.
        let settings = self.job.config().to_json().map_err(ExperimentError::internal)?;
        let mut trainer = job
            .quiet(job.trainer())
            .run_dir(&folder, job.config().checkpoint.clone())
            .attach(PREPROCESS, job.fitted_bytes()?)
            .attach(SETTINGS, settings)
            .stop_flag(Arc::clone(&self.session.interrupt.flag));
        if let Some(crew) = &self.crew {
            trainer = trainer.ranks(crew.ranks.clone());
        }
        if let Some(Changes { overrides, allow, .. }) = self.changes {
            trainer = trainer.allow_changes(allow.iter().filter(|name| !edited::is_own(name)).cloned());
            if !overrides.is_empty() && is_first {
                let (path, text) = (path.join(CONFIG), annotated(&job.resolved));
                trainer = trainer.callback(WriteConfig { path, text });
            }
        }
        for log in self.session.logs.iter().filter_map(|log| log.callback(&folder)) {
            trainer = trainer.callback(log);
        }
        // The training that has validation metrics, where there are two.
        if let Some(mlflow) = self.mlflow.as_ref().filter(|_| is_first) {
            trainer = trainer.callback(mlflow.callback());
        }
        Ok(match self.observer.watch(&start) {
            Some(watch) => trainer.callback(watch),
            None => trainer,
        })
    }

    fn end(&mut self, trainings: &Trainings) -> Result<(), ExperimentError> {
        let (outcome, judged) = (&trainings.fitting.outcome, trainings.judged());
        let (job, temperature) = trainings.calibrated(self.job)?;
        let interrupted = outcome.stop == Stop::Interrupted;
        let test = match job.prepared.test() {
            Some(rows) if !interrupted => job.scores(&outcome.model, rows)?.metrics(),
            _ => Default::default(),
        };
        let certificate = trainings.fitting.certificate.or_else(|| job.certificate(&outcome.model));
        let layers = job.sparsity(&outcome.model);
        // A training that was asked to stop says so, whichever of the two it is.
        let stop = if outcome.stop.can_go_on() { &outcome.stop } else { &judged.stop };
        let record = &mut self.record;
        ended(record, outcome);
        if trainings.refit.is_some() {
            let best = judged.history.best();
            record.stop = Some(stop.reason().to_owned());
            record.best_epoch = best.map(|best| best.epoch);
            record.validation = best.and_then(|best| best.validation.clone()).unwrap_or_default();
            record.refit = Some(job.prepared.split.train.len() as u64);
            record.class_counts = job.class_counts().unwrap_or_default();
            record.seconds = Some(judged.seconds + outcome.seconds);
        }
        record.test = test;
        record.temperature = temperature;
        if let Some(temperature) = temperature {
            let items = self.job.prepared.split.validation.len();
            let chosen = KeptDecision::new(&Weights::of(&outcome.model), items).calibrated(temperature);
            let there = KeptDecision::read(self.run.path()).ok().flatten();
            // What was chosen for these very weights since then stays.
            if there.is_none_or(|there| there.weights_blake3 != chosen.weights_blake3) {
                chosen.write(self.run.path())?;
            }
        }
        record.certificate = certificate.map(|found| CertificateRecord {
            objective: found.objective,
            gap: found.gap,
            kkt_residual: found.kkt_residual,
        });
        record.sparsity = layers.iter().map(|layer| (layer.path.clone(), layer.share())).collect();
        let units = |count: fn(&Sparsity) -> usize| {
            let some = layers.iter().filter(|layer| count(layer) > 0);
            some.map(|layer| (layer.path.clone(), count(layer) as f64)).collect()
        };
        record.zero_outputs = units(|layer| layer.zero_outputs);
        record.zero_inputs = units(|layer| layer.zero_inputs);
        record.peak_rss_bytes = memory::peak_rss();
        let longer = longer(self.job, judged)?;
        // What is deleted is no success to tell of.
        self.run.must_be_there()?;
        let (run, longer) = (self.run.path(), longer.as_ref().filter(|_| !interrupted));
        let steps = cut_at(self.job, judged)?;
        tell(self.observer, &Event::TrainingEnds { run, record: &self.record, stop, steps, longer })
    }
}

/// What is going to be trained in the run in `path`, of which `done` steps are done.
fn start<'b>(job: &'b Job<'_>, path: &'b Path, done: u64) -> Result<TrainingStart<'b>, ExperimentError> {
    let (config, split) = (job.config(), &job.prepared.split);
    Ok(TrainingStart {
        run: path,
        seed: config.seed,
        device: &config.device,
        threads: rayon::current_num_threads(),
        parameters: job.summary.parameters,
        items: [split.train.len(), split.validation.len(), split.test.len()],
        epochs: config.train.epochs,
        steps_per_epoch: job.steps_per_epoch()?,
        steps: config.train.steps,
        done,
        time_limit: config.train.time_limit,
    })
}

/// The number of steps that ended a training before its epochs did.
fn cut_at(job: &Job<'_>, outcome: &Outcome<Network>) -> Result<Option<u64>, ExperimentError> {
    let train = &job.config().train;
    let by_epochs = train.epochs.saturating_mul(job.steps_per_epoch()?);
    Ok(match outcome.stop {
        Stop::Finished if train.solver.is_some() => Some(outcome.steps),
        Stop::Finished => train.steps.filter(|steps| *steps < by_epochs),
        _ => None,
    })
}
