//! `kiln cv`: a run with a run for each fold in it.
//!
//! ```text
//! runs/<time>-<slug>-<4 hex>/
//!   run.toml run.json        as in every run
//!   cv.json                  how the folds are cut; makes a run a cross-validation
//!   folds/0 … k-1/           run.toml, metrics.jsonl, checkpoints while it trains; fold.json when it is done
//!   predictions.csv          of every row by the model that has not seen it
//!   base.toml                with a search in each fold: the file or recipe as it was
//!   folds/0/study.jsonl      the trials of that search
//! ```
//!
//! A fold with `fold.json` is done and never trained again; one without goes on from its newest checkpoint. Of
//! several jobs on a CPU one is in this process, and each of the others is a process of its own ([`workers`]).

mod data;
mod diff;
mod error;
mod fold;
mod nested;
mod optimism;
mod predictions;
mod record;
mod report;
mod study;
mod work;
mod workers;

use std::path::Path;
use std::sync::Mutex;
use std::time::{Duration, SystemTime};

use kiln_config::{Flags, annotated, text_of};
use kiln_core::device::DeviceName;
use kiln_report::memory;
use kiln_validate::cross::Parallel;

use super::start::BASE;
use super::{configuration, train};
use crate::args::{Cv, CvAction, CvRun, Global, ProgressMode};
use crate::error::CliError;
use crate::output::Output;
use crate::run_dir::{CONFIG, RECORD, RunDir, RunRecord, Status, find, rfc3339};
use crate::signal::Signals;
pub(super) use data::Folds;
pub(super) use diff::diff;
pub(crate) use error::CvError;
use fold::FoldRunner;
use nested::{Nested, Search};
use record::FoldRecord;
pub(super) use study::{STUDY, Study};
use work::PATIENCE;
use workers::Workers;

pub(super) fn run(arguments: &Cv, global: &Global, out: Output) -> Result<u8, CliError> {
    match &arguments.action {
        Some(CvAction::Collect { run }) => collect(&find(run, &global.runs_dir())?, global, out).map(|()| 0),
        Some(CvAction::Work { run, pool }) => work::work(run, *pool, global, out),
        None => start(&arguments.run, global, out),
    }
}

fn start(arguments: &CvRun, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let resolved = configuration(&arguments.plan, global)?;
    out.say(&format!("{}: reading the data", resolved.label));
    let nested = Nested::new(arguments, &resolved, global)?;
    let keep_models = arguments.keep_models;
    let study = |classes| {
        Ok(Study { nested, keep_models, ..Study::new(&arguments.cuts, &resolved.config, classes)? })
    };
    let folds = Folds::load(&resolved, study)?;
    folds.check(&resolved)?;
    if let Some(nested) = &folds.study.nested {
        folds.inner(0, nested.inner, folds.seed(&resolved, 0))?;
    }
    if let Some(fold) = arguments.fold
        && fold >= folds.len()
    {
        return Err(CliError::NoFold { fold, folds: folds.len() });
    }
    let study = folds.study.to_json()?;
    let config = annotated(&resolved);
    let record = folds.new_record(&resolved)?.to_bytes();
    let mut files = vec![(CONFIG, config.as_bytes()), (RECORD, record.as_slice()), (STUDY, study.as_slice())];
    let base = match &folds.study.nested {
        Some(Nested { start, .. }) if start.base => {
            arguments.plan.config.as_deref().map(text_of).transpose()?
        }
        _ => None,
    };
    files.extend(base.as_ref().map(|text| (BASE, text.as_bytes())));
    let path = match &arguments.dir {
        Some(dir) => {
            if !RunDir::create_at(dir, &files)? {
                folds.study.must_be_that_of(dir, &resolved, global)?;
            }
            dir.clone()
        }
        // The lock is given back: each fold has its own, and the whole takes its again.
        None => {
            let slug = crate::text::slug(&format!("{}-cv", resolved.label));
            RunDir::create_with(&global.runs_dir(), &slug, SystemTime::now(), &files)?.path().to_owned()
        }
    };
    let wanted = match arguments.fold {
        Some(fold) => vec![fold],
        None => (0..folds.len()).collect(),
    };
    Whole { path: &path, resolved: &resolved, folds: &folds, signals, global, out }
        .go(&wanted, arguments.fold.is_none())
}

/// `kiln resume` of a cross-validation.
pub(super) fn resume(path: &Path, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let resolved = train::stored(path, global)?;
    Study::read(path)?;
    out.say(&format!("{}: reading the data", path.display()));
    let folds = Folds::of_run(path, &resolved)?;
    let wanted: Vec<usize> = (0..folds.len()).collect();
    Whole { path, resolved: &resolved, folds: &folds, signals, global, out }.go(&wanted, true)
}

/// Joins the folds that are there, which must be all.
fn collect(path: &Path, global: &Global, out: Output) -> Result<(), CliError> {
    Study::read(path)?;
    let folds = Folds::of_run(path, &train::stored(path, global)?)?;
    let _lock = RunDir::open(path)?;
    let mut records = Vec::new();
    for fold in 0..folds.len() {
        match FoldRecord::read(path, fold)? {
            Some(record) => records.push(record),
            None => return Err(CliError::FoldMissing { fold, run: path.to_owned() }),
        }
    }
    for record in &records {
        report::fold_event(record, out)?;
    }
    finish(path, &folds, &records, memory::peak_rss(), out)
}

/// How many folds run at once, and on how many threads each.
pub(super) fn parallel(resolved: &kiln_config::Resolved, jobs: usize) -> Parallel {
    match resolved.config.threads {
        Some(threads) => Parallel { jobs, threads },
        None => Parallel::new(jobs),
    }
}

/// One process at work on folds.
struct Whole<'a> {
    path: &'a Path,
    resolved: &'a kiln_config::Resolved,
    folds: &'a Folds,
    signals: Signals,
    global: &'a Global,
    out: Output,
}

impl Whole<'_> {
    /// Trains the folds of `wanted` that are not done; joins them when those are `all`.
    fn go(self, wanted: &[usize], all: bool) -> Result<u8, CliError> {
        let lock = if all { Some(RunDir::open(self.path)?) } else { None };
        let parallel = parallel(self.resolved, self.folds.study.jobs);
        if lock.is_some() {
            let mut record = RunRecord::read(self.path)?;
            record.status = Status::Running;
            record.write(self.path)?;
        }
        // What decides the trials is that of the process that began.
        let nested = Study::read(self.path)?.nested;
        // Whoever holds a fold of a whole that is ours was left behind by a process that was killed.
        let runner = self.runner(nested.as_ref(), if all { PATIENCE } else { Duration::ZERO })?;
        let workers = self
            .has_processes(wanted)?
            .then(|| Workers::new(self.path, parallel.threads, self.global, &self.signals.stop, self.out));
        let here = Mutex::new(());
        let result = parallel.run(wanted, |fold| match (&workers, here.try_lock()) {
            (Some(workers), Err(_))
                if !self.signals.stopped() && FoldRecord::read(self.path, fold)?.is_none() =>
            {
                if workers.train(fold)? { FoldRecord::read(self.path, fold) } else { Ok(None) }
            }
            _ => runner.run(fold),
        });
        let peak_rss = memory::peak_rss().map(|own| own + workers.as_ref().map_or(0, Workers::peak_rss));
        let records: Vec<FoldRecord> = match result {
            Ok(records) => records.into_iter().flatten().collect(),
            Err(error) => {
                if lock.is_some() {
                    self.ended(Status::Failed, Some(&error))?;
                }
                return Err(error);
            }
        };
        if records.len() < wanted.len() {
            if lock.is_some() {
                self.ended(Status::Stopped, None)?;
            }
            self.out.say(&format!("\nGo on with:\n  kiln resume {}", self.path.display()));
            return Ok(self.signals.exit_code().unwrap_or(130));
        }
        if all {
            finish(self.path, self.folds, &records, peak_rss, self.out)?;
        } else {
            let path = self.path.display();
            self.out.say(&format!("\nWhen every fold is done:\n  kiln cv collect {path}"));
        }
        Ok(0)
    }

    /// What trains a fold in this process. `patience`: how long a fold is waited for that another process holds.
    fn runner<'b>(
        &'b self,
        nested: Option<&'b Nested>,
        patience: Duration,
    ) -> Result<FoldRunner<'b>, CliError> {
        let device = crate::job::open_device(self.resolved)?;
        let search = nested.map(|nested| Search {
            run: self.path,
            nested,
            monitor: &self.resolved.config.train.monitor,
            folds: self.folds,
            flags: Flags {
                device: self.global.device.clone(),
                threads: self.global.threads,
                data: self.global.data.clone(),
                ..Flags::default()
            },
            device: device.clone(),
            stop: self.signals.stop.clone(),
            out: self.out,
            lines: self.global.progress != ProgressMode::Off,
        });
        Ok(FoldRunner {
            path: self.path,
            resolved: self.resolved,
            folds: self.folds,
            device,
            search,
            stop: self.signals.stop.clone(),
            patience,
            out: self.out,
        })
    }

    /// Whether all jobs but one are processes of their own: where there are several, and no GPU, which they would share.
    fn has_processes(&self, wanted: &[usize]) -> Result<bool, CliError> {
        let device: DeviceName = self.resolved.check()?;
        Ok(self.folds.study.jobs.min(wanted.len()) > 1 && device.is_cpu())
    }

    fn ended(&self, status: Status, error: Option<&CliError>) -> Result<(), CliError> {
        let mut record = RunRecord::read(self.path)?;
        record.status = status;
        record.finished = Some(rfc3339(SystemTime::now()));
        record.error = error.map(ToString::to_string);
        Ok(record.write(self.path)?)
    }
}

/// Writes down and shows what all folds together say.
fn finish(
    path: &Path,
    folds: &Folds,
    records: &[FoldRecord],
    peak_rss: Option<u64>,
    out: Output,
) -> Result<(), CliError> {
    predictions::join(path, folds.len())?;
    let summary = record::Summaries::of(records, folds.test_share())?;
    let mut run = RunRecord::read(path)?;
    run.status = Status::Done;
    run.error = None;
    run.finished = Some(rfc3339(SystemTime::now()));
    run.test = summary.means();
    run.seconds = Some(records.iter().map(|record| record.seconds).sum());
    run.peak_rss_bytes = peak_rss;
    run.exit_code = Some(0);
    run.write(path)?;
    report::whole(path, folds, records, &summary, out)
}
