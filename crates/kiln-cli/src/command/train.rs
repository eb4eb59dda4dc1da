//! `kiln train` and `kiln resume`.

use std::io;
use std::path::Path;
use std::time::SystemTime;

use kiln_config::{Flags, Request, Resolved, annotated, resolve};
use kiln_convex::Certificate;
use kiln_core::{Explain, Weights};
use kiln_models::Network;
use kiln_report::event::{CertificateRecord, End, Event, Start};
use kiln_report::{EventWriter, Mode, memory};
use kiln_train::checkpoint::CheckpointStore;
use kiln_train::{Outcome, Sparsity, Stop};

use super::cv::Study;
use super::{configuration_with, finished};
use crate::args::{Global, Resume, Train};
use crate::error::CliError;
use crate::fit::{Trained, in_pool};
use crate::job::Job;
use crate::output::Output;
use crate::run_dir::{CONFIG, DataRecord, NewRun, RunDir, RunRecord, Status, find, rfc3339};
use crate::signal::Signals;
use crate::watch::Watch;

/// The name of the fitted preprocessing in a checkpoint.
pub(super) const PREPROCESS: &str = "preprocess.json";

/// `kiln train`.
pub(super) fn run(arguments: &Train, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let flags = Flags { solver: arguments.solver.map(|solver| solver.name()), ..global.flags() };
    let resolved = configuration_with(&arguments.plan, flags)?;
    out.say(&format!("{}: reading the data", resolved.label));
    let job = Job::new(&resolved)?;
    job.check()?;
    for warning in job.warnings() {
        out.say(&format!("warning: {warning}"));
    }
    if global.verbose > 0 {
        out.say(&job.summary.to_string());
    }
    if global.dry_run {
        return super::dry_run::run(&job, out).map(|()| 0);
    }
    let record = new_record(&job);
    let run = RunDir::create(&NewRun {
        runs_dir: &global.runs_dir(),
        slug: &crate::text::slug(&resolved.label),
        time: SystemTime::now(),
        config: &annotated(&resolved),
        record: &record,
    })?;
    Training { job: &job, run: &run, record, signals, out, global }.go(false)
}

/// `kiln resume`.
pub(super) fn resume(arguments: &Resume, global: &Global, out: Output) -> Result<u8, CliError> {
    let path = find(&arguments.run, &global.runs_dir())?;
    if Study::is_in(&path) {
        return super::cv::resume(&path, global, out);
    }
    Study::refuse_fold(&path)?;
    let signals = Signals::listen();
    let run = RunDir::open(&path)?;
    let mut record = RunRecord::read(&path)?;
    let resolved = stored(&path, global)?;
    out.say(&format!("{}: reading the data", path.display()));
    let job = Job::new(&resolved)?;
    if let Some(data) = &record.data
        && data.fingerprint != job.prepared.dataset.fingerprint
    {
        return Err(CliError::DataChanged { name: data.name.clone(), run: path });
    }
    let store = CheckpointStore::new(path.join("checkpoints"), 1);
    let (newest, damaged) = store.newest()?;
    for error in damaged {
        out.say(&format!("warning: {error}; going on from the one before"));
    }
    if let Some(checkpoint) = &newest
        && checkpoint.state.stop.is_none()
        && let Some(best) = &checkpoint.state.best
        && let Err(error) = store.load(best)
    {
        out.say(&format!("warning: {error}; the best weights so far are lost, those from here on count"));
    }
    match &newest {
        Some(checkpoint) => out.say(&format!("going on after step {}", checkpoint.state.step)),
        None => out.say("there is no checkpoint yet: starting over"),
    }
    let before = record.clone();
    record.status = Status::Running;
    record.write(&path)?;
    let result = Training { job: &job, run: &run, record, signals, out, global }.go(true);
    if result.is_err() && before.status == Status::Done {
        // What it had reached is not undone by a failure to read it once more.
        before.write(&path)?;
    }
    result
}

/// The configuration of a run, as it was written down. The environment and most flags do not count: only where to
/// compute, on how many threads, and where the data are now, may differ.
pub(super) fn stored(run: &Path, global: &Global) -> Result<Resolved, CliError> {
    let file = run.join(CONFIG);
    let flags = Flags {
        device: global.device.clone(),
        threads: global.threads,
        data: global.data.clone(),
        ..Flags::default()
    };
    let config = Some(file.to_str().ok_or_else(|| CliError::path(&file))?.to_owned());
    Ok(resolve(&Request { config, environment: Vec::new(), overrides: Vec::new(), flags })?)
}

/// The record of a run that begins.
pub(super) fn new_record(job: &Job<'_>) -> RunRecord {
    let (prepared, config) = (&job.prepared, job.config());
    RunRecord {
        v: 1,
        status: Status::Running,
        started: rfc3339(SystemTime::now()),
        finished: None,
        kiln: env!("CARGO_PKG_VERSION").to_owned(),
        burn: "0.22.1".to_owned(),
        arguments: std::env::args().skip(1).collect(),
        seed: config.seed,
        device: config.device.clone(),
        data: Some(DataRecord {
            name: prepared.dataset.name.clone(),
            fingerprint: prepared.dataset.fingerprint.clone(),
            train: prepared.split.train.len() as u64,
            validation: prepared.split.validation.len() as u64,
            test: prepared.split.test.len() as u64,
        }),
        parameters: Some(job.summary.parameters as u64),
        stop: None,
        best_epoch: None,
        validation: Default::default(),
        test: Default::default(),
        seconds: None,
        certificate: None,
        sparsity: Default::default(),
        zero_outputs: Default::default(),
        zero_inputs: Default::default(),
        peak_rss_bytes: None,
        weights_blake3: None,
        exit_code: None,
        error: None,
    }
}

/// Prints an event. A reader that has gone is no reason to stop training, nor to call it a failure.
fn emit(event: &Event) -> Result<(), CliError> {
    match EventWriter::stdout().write(event) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(CliError::Output),
    }
}

/// One process at work on one run.
struct Training<'a> {
    job: &'a Job<'a>,
    run: &'a RunDir,
    record: RunRecord,
    signals: Signals,
    out: Output,
    global: &'a Global,
}

impl Training<'_> {
    /// Trains, and writes down how it ended, whichever way that was.
    fn go(mut self, resume: bool) -> Result<u8, CliError> {
        let result = in_pool(|| self.train(resume)).and_then(|result| result);
        self.record.finished = Some(rfc3339(SystemTime::now()));
        self.record.peak_rss_bytes = memory::peak_rss();
        self.record.exit_code = Some(match &result {
            Ok(code) => *code,
            Err(error) => error.kind().exit_code(),
        });
        if let Err(error) = &result {
            self.record.status = Status::Failed;
            self.record.error = Some(error.to_string());
        }
        let written = self.record.write(self.run.path());
        // The first failure is the one to tell.
        let code = result?;
        written?;
        Ok(code)
    }

    fn train(&mut self, resume: bool) -> Result<u8, CliError> {
        let (job, path) = (self.job, self.run.path().to_owned());
        self.start_event()?;
        let fitted = serde_json::to_vec(&*job.shape.fitted).map_err(CliError::internal)?;
        let done = match CheckpointStore::new(path.join("checkpoints"), 1).newest() {
            Ok((Some(checkpoint), _)) => checkpoint.state.step,
            _ => 0,
        };
        let mode = if self.out.quiet { Mode::Off } else { self.global.progress.into() };
        let watch = Watch::new(mode, self.plan(done)?, self.out.json);
        let trainer = job
            .trainer()
            .run_dir(&path, job.config().checkpoint.clone())
            .attach(PREPROCESS, fitted)
            .stop_flag(self.signals.stop.clone())
            .callback(watch);
        let Trained { outcome, certificate, converged } = job.fit(trainer, resume)?;
        if !converged {
            self.out.say(
                "warning: the solver stopped before its tolerance; see train.steps and train.gap_tolerance",
            );
        }
        let certificate = certificate.or_else(|| job.certificate(&outcome.model));
        self.end(&outcome, certificate)?;
        match outcome.stop {
            Stop::Interrupted => Ok(self.signals.exit_code().unwrap_or(130)),
            _ => Ok(0),
        }
    }

    fn plan(&self, done: u64) -> Result<kiln_report::Plan, CliError> {
        let train = &self.job.config().train;
        Ok(kiln_report::Plan {
            epochs: train.epochs,
            steps_per_epoch: self.job.steps_per_epoch()?,
            steps: train.steps,
            done,
            train_items: self.job.prepared.split.train.len() as u64,
            validation_items: self.job.prepared.split.validation.len() as u64,
            time_limit: train.time_limit.and_then(|limit| std::time::Duration::try_from_secs_f64(limit).ok()),
        })
    }

    fn start_event(&self) -> Result<(), CliError> {
        let (job, split) = (self.job, &self.job.prepared.split);
        if !self.out.json {
            return Ok(());
        }
        let start = Start {
            run_dir: Some(self.run.path().display().to_string()),
            seed: job.config().seed,
            device: job.config().device.clone(),
            threads: rayon::current_num_threads() as u64,
            parameters: job.summary.parameters as u64,
            train: split.train.len() as u64,
            validation: split.validation.len() as u64,
            test: split.test.len() as u64,
        };
        emit(&Event::Start(start))
    }

    fn end(&mut self, outcome: &Outcome<Network>, certificate: Option<Certificate>) -> Result<(), CliError> {
        let interrupted = outcome.stop == Stop::Interrupted;
        let best = outcome.history.best();
        let test = match self.job.prepared.test() {
            Some(rows) if !interrupted => self.job.scores(&outcome.model, rows)?.metrics(),
            _ => Default::default(),
        };
        let weights = Weights::of(&outcome.model);
        let layers = self.job.sparsity(&outcome.model);
        let record = &mut self.record;
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
        record.status = if outcome.stop.can_go_on() { Status::Stopped } else { Status::Done };
        record.stop = Some(outcome.stop.reason().to_owned());
        record.best_epoch = best.map(|best| best.epoch);
        record.validation = best.and_then(|best| best.validation.clone()).unwrap_or_default();
        record.test = test;
        record.seconds = Some(outcome.seconds);
        record.peak_rss_bytes = memory::peak_rss();
        record.weights_blake3 = Some(weights.blake3());
        if self.out.json {
            let end = End {
                stop: outcome.stop.reason().to_owned(),
                best_epoch: record.best_epoch,
                validation: record.validation.clone(),
                test: record.test.clone(),
                seconds: outcome.seconds,
                peak_rss_bytes: record.peak_rss_bytes,
                weights_blake3: record.weights_blake3.clone().unwrap_or_default(),
                run_dir: Some(self.run.path().display().to_string()),
                certificate: record.certificate,
                sparsity: record.sparsity.clone(),
                zero_outputs: record.zero_outputs.clone(),
                zero_inputs: record.zero_inputs.clone(),
            };
            emit(&Event::End(end))?;
        }
        self.out.say(&finished::report(record, &outcome.stop, self.run.path()));
        Ok(())
    }
}
