//! `train` and `resume`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_convex::Certificate;
use kiln_core::{CertificateRecord, Explain, memory};
use kiln_models::Network;
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{Outcome, Sparsity, Stop};

use super::changes::{Changes, WriteConfig};
use super::prepare::prepare;
use super::record::{ended, new_record};
use crate::error::ExperimentError;
use crate::job::{Fitting, Job, in_pool};
use crate::observer::{Event, Observer, TrainingStart, tell};
use crate::run::{
    CHECKPOINTS, CONFIG, NewRun, PREPROCESS, RunFolder, RunRecord, Status, refuse_fold, rfc3339, slug,
};
use crate::session::Session;
use crate::stored::stored_with;

/// A run whose training has ended.
#[derive(Debug)]
pub struct Trained {
    /// The folder of the run.
    pub run: PathBuf,
    /// What happened, as `run.json` says it.
    pub record: RunRecord,
    /// The model, with its history. `outcome.stop` says why the training stopped.
    pub outcome: Outcome<Network>,
}

/// Trains a configuration in a new folder below [`Session::runs_dir`].
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// assert!(trained.run.join("checkpoints/best").is_file());
/// assert_eq!(trained.record.stop.as_deref(), Some("finished"));
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// Whatever keeps the training from its end. A run that has begun says so in its `run.json`.
pub fn train(
    resolved: &Resolved,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    let job = prepare(resolved, observer)?;
    let record = new_record(&job, &session.arguments);
    let run = RunFolder::create(&NewRun {
        runs_dir: &session.runs_dir,
        slug: &slug(&resolved.label),
        time: SystemTime::now(),
        config: &annotated(resolved),
        record: &record,
    })?;
    Training { job: &job, run: &run, record, session, observer, changes: None }.go()
}

/// Goes on with the run in `path` exactly where it stopped.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Session, resume, train};
///
/// let overrides = vec!["train.epochs=2".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// // A run that has ended gives its end back.
/// let again = resume(&trained.run, &session, &())?;
/// assert_eq!(again.record.weights_blake3, trained.record.weights_blake3);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// A run that another process holds, data that have changed, a checkpoint that is damaged; and as [`train`].
pub fn resume(path: &Path, session: &Session, observer: &dyn Observer) -> Result<Trained, ExperimentError> {
    resume_with(path, &Changes::default(), session, observer)
}

/// As [`resume`], with changes: a run that has ended goes on with more epochs, steps or patience. Other changes of what
/// bits follow from must be allowed by name. From then on these are the settings of the run.
///
/// ```
/// use kiln_config::{Request, resolve};
/// use kiln_experiment::{Changes, Session, resume_with, train};
///
/// let overrides = vec!["train.epochs=2".to_owned(), "schedule.kind=constant".to_owned()];
/// let resolved = resolve(&Request { config: Some("iris".to_owned()), overrides, ..Request::default() })?;
/// let runs = tempfile::tempdir().expect("a temporary folder");
/// let session = Session { runs_dir: runs.path().to_owned(), ..Session::default() };
/// let trained = train(&resolved, &session, &())?;
/// let longer = resume_with(&trained.run, &Changes::new().set("train.epochs=5"), &session, &())?;
/// assert_eq!(longer.outcome.history.epochs.len(), 5);
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
///
/// # Errors
/// As [`resume`], and [`kiln_train::ResumeError::Changed`] for a change that is not allowed.
pub fn resume_with(
    path: &Path,
    changes: &Changes,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    refuse_fold(path)?;
    let run = RunFolder::open(path)?;
    let mut record = RunRecord::read(path)?;
    let resolved = stored_with(path, session.place(), &changes.overrides)?;
    tell(observer, &Event::ReadingData { name: &path.display().to_string() })?;
    let job = Job::load(&resolved)?;
    record.must_be_of(&job.prepared.dataset, path)?;
    let job = match &record.data {
        Some(data) => job.begun_on(&data.fingerprint)?,
        None => job,
    };
    tell_of_checkpoints(path, observer)?;
    let before = record.clone();
    record.status = Status::Running;
    record.write(path)?;
    let changes = Some(changes);
    let result = Training { job: &job, run: &run, record, session, observer, changes }.go();
    if result.is_err() && before.status == Status::Done {
        // What it had reached is not undone by a failure to read it once more.
        before.write(path)?;
    }
    result
}

/// Says where the run in `path` goes on, and what is lost.
fn tell_of_checkpoints(path: &Path, observer: &dyn Observer) -> Result<(), ExperimentError> {
    let store = CheckpointStore::new(path.join(CHECKPOINTS), 1);
    let (newest, damaged) = store.newest()?;
    for error in &damaged {
        let used = newest.as_ref().map(|newest| newest.path.as_path());
        tell(observer, &Event::PassedOver { error, used, then: "going on from the one before" })?;
    }
    if let Some(checkpoint) = &newest
        && checkpoint.state.stop.is_none()
        && let Some(best) = &checkpoint.state.best
        && let Err(error) = store.load_weights(best)
    {
        let then = "the best weights so far are lost, those from here on count";
        tell(observer, &Event::PassedOver { error: &error, used: None, then })?;
    }
    tell(observer, &Event::GoesOn(newest.map(|checkpoint| checkpoint.state.step)))
}

/// One process at work on one run.
struct Training<'a> {
    job: &'a Job<'a>,
    run: &'a RunFolder,
    record: RunRecord,
    session: &'a Session,
    observer: &'a dyn Observer,
    /// Where it goes on: what is not as it was.
    changes: Option<&'a Changes>,
}

impl Training<'_> {
    /// Trains, and records how it ended, also when it failed.
    fn go(mut self) -> Result<Trained, ExperimentError> {
        let result = in_pool(|| self.train()).and_then(|result| result);
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
        // The first failure is the one to tell.
        let outcome = result?;
        written?;
        Ok(Trained { run: self.run.path().to_owned(), record: self.record, outcome })
    }

    fn train(&mut self) -> Result<Outcome<Network>, ExperimentError> {
        let (job, path) = (self.job, self.run.path());
        let done = match CheckpointStore::new(path.join(CHECKPOINTS), 1).newest() {
            Ok((Some(checkpoint), _)) => checkpoint.state.step,
            _ => 0,
        };
        let start = self.start(done)?;
        tell(self.observer, &Event::TrainingStarts(&start))?;
        let mut trainer = job
            .trainer()
            .run_dir(path, job.config().checkpoint.clone())
            .attach(PREPROCESS, job.fitted_bytes()?)
            .stop_flag(Arc::clone(&self.session.interrupt.flag));
        if let Some(Changes { overrides, allow, .. }) = self.changes {
            trainer = trainer.allow_changes(allow.iter().cloned());
            if !overrides.is_empty() {
                trainer =
                    trainer.callback(WriteConfig { path: path.join(CONFIG), text: annotated(job.resolved) });
            }
        }
        if let Some(watch) = self.observer.watch(&start) {
            trainer = trainer.callback(watch);
        }
        let Fitting { outcome, certificate, converged } = job.fit(trainer, self.changes.is_some())?;
        if !converged {
            let text = "the solver stopped before its tolerance; see train.steps and train.gap_tolerance";
            tell(self.observer, &Event::Warning(text))?;
        }
        let certificate = certificate.or_else(|| job.certificate(&outcome.model));
        self.end(&outcome, certificate)?;
        Ok(outcome)
    }

    fn start(&self, done: u64) -> Result<TrainingStart<'_>, ExperimentError> {
        let (config, split) = (self.job.config(), &self.job.prepared.split);
        Ok(TrainingStart {
            run: self.run.path(),
            seed: config.seed,
            device: &config.device,
            threads: rayon::current_num_threads(),
            parameters: self.job.summary.parameters,
            items: [split.train.len(), split.validation.len(), split.test.len()],
            epochs: config.train.epochs,
            steps_per_epoch: self.job.steps_per_epoch()?,
            steps: config.train.steps,
            done,
            time_limit: config.train.time_limit,
        })
    }

    fn end(
        &mut self,
        outcome: &Outcome<Network>,
        certificate: Option<Certificate>,
    ) -> Result<(), ExperimentError> {
        let interrupted = outcome.stop == Stop::Interrupted;
        let test = match self.job.prepared.test() {
            Some(rows) if !interrupted => self.job.scores(&outcome.model, rows)?.metrics(),
            _ => Default::default(),
        };
        let layers = self.job.sparsity(&outcome.model);
        let record = &mut self.record;
        ended(record, outcome);
        record.test = test;
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
        // What is deleted is no success to tell of.
        self.run.must_be_there()?;
        let (run, stop) = (self.run.path(), &outcome.stop);
        tell(self.observer, &Event::TrainingEnds { run, record, stop })
    }
}
