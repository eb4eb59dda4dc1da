//! Training a language model in the folder of a run.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_core::{Explain, Metrics, Seed, memory};
use kiln_data::{Loader, Source};
use kiln_models::Network;
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{Data, Outcome, Stop, evaluate};

use super::ALPHABET;
use super::job::LanguageJob;
use super::task::LanguageTask;
use crate::error::ExperimentError;
use crate::job::{configured, in_pool};
use crate::log::Tracked;
use crate::observer::{Event, Observer, TrainingStart, tell};
use crate::ranks::{Crew, Resumed};
use crate::run::{
    CHECKPOINTS, DataRecord, NewRun, RunFolder, RunRecord, SETTINGS, Status, rfc3339, slug, tokenizer_print,
};
use crate::session::Session;
use crate::training::{Changes, Trained, begun, ended};

/// Trains a language model in a new folder.
pub(crate) fn train(
    resolved: &Resolved,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    tell(observer, &Event::ReadingData { name: &resolved.label })?;
    let job = LanguageJob::load(resolved)?;
    job.tell(observer)?;
    let record = job.record(&session.arguments);
    let run = RunFolder::create(&NewRun {
        runs_dir: &session.runs_dir,
        slug: &slug(&resolved.label),
        time: SystemTime::now(),
        config: &annotated(resolved),
        record: &record,
    })?;
    Process { job: &job, run: &run, record, session, observer, changes: None, mlflow: None, crew: None }.go()
}

/// Goes on with the run in `path`.
pub(crate) fn resume(
    resolved: &Resolved,
    path: &Path,
    changes: &Changes,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    let run = RunFolder::open(path)?;
    let mut record = RunRecord::read(path)?;
    record.must_have_tokenizer(&resolved.config.data, path)?;
    tell(observer, &Event::ReadingData { name: &path.display().to_string() })?;
    let job = LanguageJob::load(resolved)?;
    job.tell(observer)?;
    let (newest, _) = CheckpointStore::new(path.join(CHECKPOINTS), 1).newest()?;
    tell(observer, &Event::GoesOn(newest.map(|checkpoint| checkpoint.state.step)))?;
    record.status = Status::Running;
    record.write(path)?;
    Process {
        job: &job,
        run: &run,
        record,
        session,
        observer,
        changes: Some(changes),
        mlflow: None,
        crew: None,
    }
    .go()
}

impl LanguageJob<'_> {
    pub(super) fn tell(&self, observer: &dyn Observer) -> Result<(), ExperimentError> {
        tell(observer, &Event::DataRead)?;
        if self.corpus.unknown > 0 {
            let text = format!(
                "{} tokens of the validation and the test part are not in the training part; they count as one unknown token",
                self.corpus.unknown
            );
            tell(observer, &Event::Warning(&text))?;
        }
        tell(observer, &Event::Model(&self.summary))
    }

    fn record(&self, arguments: &[String]) -> RunRecord {
        let [train, validation, test] = self.corpus.parts.each_ref().map(|part| part.len() as u64);
        let name = self.corpus.path.file_name().map(|name| name.to_string_lossy().into_owned());
        let data = DataRecord {
            name: name.unwrap_or_else(|| super::SOURCE.to_owned()),
            fingerprint: self.corpus.fingerprint.clone(),
            train,
            validation,
            calibration: 0,
            test,
            reading: self.config().data.reading.number(),
            tokenizer: tokenizer_print(&self.config().data),
        };
        begun(self.config(), Some(data), Some(self.summary.parameters as u64), arguments)
    }
}

/// One process at work on one run.
struct Process<'a> {
    job: &'a LanguageJob<'a>,
    run: &'a RunFolder,
    record: RunRecord,
    session: &'a Session,
    observer: &'a dyn Observer,
    /// Where it goes on: what is not as it was.
    changes: Option<&'a Changes>,
    /// The server that is told of it, once it is.
    mlflow: Option<Tracked>,
    /// The other ranks, where there are any, once they are there.
    crew: Option<Crew>,
}

impl Process<'_> {
    /// Trains, and records how it ended, also when it failed.
    fn go(mut self) -> Result<Trained, ExperimentError> {
        let result = in_pool(|| self.train()).and_then(|result| result);
        if let (Some(crew), Err(error)) = (&self.crew, &result) {
            crew.ranks.end(&error.to_string());
        }
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
        let outcome = result?;
        written?;
        Ok(Trained { run: self.run.path().to_owned(), record: self.record, outcome })
    }

    fn train(&mut self) -> Result<Outcome<Network>, ExperimentError> {
        let (job, path) = (self.job, self.run.path());
        let failed = Arc::new(Mutex::new(None));
        let task = || LanguageTask {
            alphabet: Arc::new(job.corpus.alphabet.clone()),
            settings: job.settings.clone(),
            seed: Seed::new(job.config().seed),
            observer: self.observer,
            run: Some(path),
            failed: Arc::clone(&failed),
        };
        self.mlflow = Tracked::of_session(self.session, path, &self.record, job.config(), self.observer)?;
        if let Some(ranks) = &self.session.ranks {
            self.crew = Some(Crew::gather(ranks, path, self.resumed(), &self.session.interrupt)?);
        }
        let start = self.start()?;
        tell(self.observer, &Event::TrainingStarts(&start))?;
        let alphabet = serde_json::to_vec(&job.corpus.alphabet).map_err(ExperimentError::internal)?;
        let settings = job.config().to_json().map_err(ExperimentError::internal)?;
        let mut trainer = configured(task(), job.config())
            .run_dir(path, job.config().checkpoint.clone())
            .attach(ALPHABET, alphabet)
            .attach(SETTINGS, settings)
            .stop_flag(Arc::clone(&self.session.interrupt.flag));
        if let Some(crew) = &self.crew {
            trainer = trainer.ranks(crew.ranks.clone());
        }
        if let Some(changes) = self.changes {
            trainer = trainer.allow_changes(changes.allow.iter().cloned());
        }
        for log in self.session.logs.iter().filter_map(|log| log.callback(path)) {
            trainer = trainer.callback(log);
        }
        if let Some(mlflow) = &self.mlflow {
            trainer = trainer.callback(mlflow.callback());
        }
        if let Some(watch) = self.observer.watch(&start) {
            trainer = trainer.callback(watch);
        }
        let data = Data::new(job.windows());
        let data = match job.judged(1) {
            Some(validation) => data.validation(validation),
            None => data,
        };
        let model = job.model()?;
        let outcome = match self.changes {
            Some(_) => trainer.resume(model, &data)?,
            None => trainer.fit(model, &data)?,
        };
        if let (Some(crew), Some(lost)) = (&mut self.crew, &outcome.lost) {
            tell(self.observer, &Event::Warning(&crew.told(lost)))?;
        }
        if let Some(error) = failed.lock().ok().and_then(|mut failed| failed.take()) {
            return Err(ExperimentError::Observer(error));
        }
        self.end(&outcome, &task())?;
        Ok(outcome)
    }

    fn resumed(&self) -> Resumed<'_> {
        let changes = self.changes.map(|changes| (&changes.overrides[..], &changes.allow[..]));
        changes.map(|(overrides, allow)| Resumed { overrides, allow }).unwrap_or_default()
    }

    fn start(&self) -> Result<TrainingStart<'_>, ExperimentError> {
        let (job, config) = (self.job, self.job.config());
        let newest = CheckpointStore::new(self.run.path().join(CHECKPOINTS), 1).newest();
        let done = match newest {
            Ok((Some(checkpoint), _)) => checkpoint.state.step,
            _ => 0,
        };
        Ok(TrainingStart {
            run: self.run.path(),
            seed: config.seed,
            device: &config.device,
            threads: rayon::current_num_threads(),
            parameters: job.summary.parameters,
            items: job.items(),
            epochs: config.train.epochs,
            steps_per_epoch: job.settings.every,
            steps: config.train.steps,
            done,
            time_limit: config.train.time_limit,
        })
    }

    fn end(&mut self, outcome: &Outcome<Network>, task: &LanguageTask<'_>) -> Result<(), ExperimentError> {
        let (job, train) = (self.job, &self.job.config().train);
        let test = match job.judged(2) {
            Some(windows) if outcome.stop != Stop::Interrupted => {
                let at_once = windows.at_once();
                let loader = Loader::new(windows, at_once)?;
                evaluate(task, &outcome.model, &loader, &job.device)?.metrics()
            }
            _ => Metrics::default(),
        };
        ended(&mut self.record, outcome);
        self.record.test = test;
        self.record.peak_rss_bytes = memory::peak_rss();
        let tokens = outcome.steps as f64 * (train.batch_size * train.accumulate * job.gpt.context) as f64;
        tell(self.observer, &Event::TokensPerSecond(tokens / outcome.seconds.max(1e-9)))?;
        self.run.must_be_there()?;
        let (run, record, stop) = (self.run.path(), &self.record, &outcome.stop);
        let all = train.epochs.saturating_mul(job.settings.every);
        let steps = train.steps.filter(|steps| outcome.stop == Stop::Finished && *steps < all);
        tell(self.observer, &Event::TrainingEnds { run, record, stop, steps, longer: None })
    }
}
