//! `kiln tune`.

mod error;
mod folder;
mod report;
mod spaces;
mod trial;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use kiln_config::{Flags, annotated, text_of};
use kiln_core::file::write_durably;
use kiln_train::larger_is_better;
use kiln_validate::search::{
    Direction, Halving, Hyperband, Median, Plan, Pruner, RunError, Sampler, State, Study, StudyConfig, Tpe,
};
use rayon::{ThreadPool, ThreadPoolBuilder};

pub(crate) use error::TuneError;
use folder::{Folder, Record};
pub(super) use report::short;
pub(super) use spaces::{check as check_space, collect as collect_spaces};
use trial::Shared;

use crate::args::{Global, ProgressMode, PrunerName, SamplerName, Tune};
use crate::command::start::{Start, words};
use crate::error::CliError;
use crate::job::Job;
use crate::output::Output;
use crate::signal::Signals;

/// Trials of a study, unless the user says otherwise.
pub(super) const TRIALS: u64 = 50;

pub(super) fn run(arguments: &Tune, global: &Global, out: Output) -> Result<u8, CliError> {
    let signals = Signals::listen();
    let deadline = arguments.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let (folder, mut study) = match &arguments.resume {
        Some(name) => {
            let (folder, study) = Folder::open(name, arguments.trials, global)?;
            out.say(&format!("{}: {} trials have ended", folder.path.display(), study.trials().len()));
            (folder, study)
        }
        None => begin(arguments, global, out)?,
    };
    let shared = Shared { monitor: folder.record.monitor.clone(), stop: signals.stop.clone(), deadline };
    search(&mut study, &folder, &shared, arguments.workers, global, out)?;

    let wanted = match &study.config().sampler {
        // A grid has an end of its own.
        Sampler::Grid { .. } => {
            !signals.stopped() && deadline.is_none_or(|deadline| Instant::now() < deadline)
        }
        _ => study.trials().len() as u64 >= folder.record.trials,
    };
    if let Some(best) = study.best() {
        let resolved = folder.resolve(&best.params)?;
        let path = folder::best(&folder.path);
        write_durably(&path, annotated(&resolved).as_bytes())
            .map_err(|error| CliError::Write { path: path.clone(), error })?;
    }
    if out.json {
        report::end(&study, &folder, wanted, out)?;
    } else {
        out.data(&report::best(&study, &folder.record.monitor))?;
    }
    out.say(&report::next(&study, &folder, wanted));
    if let Some(code) = signals.exit_code() {
        return Ok(code);
    }
    match study.trials().iter().find(|trial| trial.state == State::Failed) {
        Some(failed) if study.best().is_none() && wanted => Err(TuneError::AllFailed {
            trials: study.trials().len(),
            number: failed.number,
            reason: failed.error.clone().unwrap_or_default(),
        }
        .into()),
        _ => Ok(0),
    }
}

/// Checks everything that can be checked before a trial, and makes the study.
fn begin(arguments: &Tune, global: &Global, out: Output) -> Result<(Folder, Study), CliError> {
    let (base, words) = words(arguments.config.as_deref(), &arguments.arguments);
    let (base, (spaces, overrides)) = (base.as_deref(), spaces::divide(&words));
    let mut record = Record {
        v: 1,
        label: String::new(),
        monitor: String::new(),
        trials: arguments.trials.unwrap_or(TRIALS),
        start: Start::new(base.is_some(), overrides),
        arguments: std::env::args().skip(1).collect(),
    };
    let resolved = record.start.resolve(base, global.flags(), &Default::default())?;
    record.label.clone_from(&resolved.label);
    record.monitor.clone_from(&resolved.config.train.monitor);
    record.start.keep(&resolved, &global.flags());

    let space = spaces::collect(&resolved, &spaces)?;
    for probe in space.probes() {
        record.start.resolve(base, Flags::default(), &probe)?.check()?;
    }
    let direction = if larger_is_better(&record.monitor) { Direction::Maximise } else { Direction::Minimise };
    let config = StudyConfig {
        seed: resolved.config.seed,
        sampler: sampler(arguments.sampler),
        pruner: pruner(arguments.pruner, resolved.config.train.epochs),
        lag: arguments.lag,
        ..StudyConfig::new(space, direction)
    };
    if arguments.workers > config.lag {
        let (workers, lag) = (arguments.workers, config.lag);
        return Err(kiln_validate::search::SearchError::Workers { workers, lag }.into());
    }
    Study::in_memory(config.clone())?;
    out.say(&format!("{}: reading the data", record.label));
    let job = Job::new(&resolved)?;
    if job.prepared.split.validation.is_empty() {
        return Err(TuneError::NoValidation.into());
    }
    job.check()?;
    for warning in job.warnings() {
        out.say(&format!("warning: {warning}"));
    }
    let text = base.map(text_of).transpose()?;
    Folder::create(record, text, &config, global)
}

/// The sampler with its defaults.
pub(super) fn sampler(name: SamplerName) -> Sampler {
    match name {
        SamplerName::Tpe => Sampler::Tpe(Tpe::default()),
        SamplerName::Random => Sampler::Random,
        SamplerName::Sobol => Sampler::Sobol { scramble: true },
        SamplerName::Grid => Sampler::Grid { points: 5 },
    }
}

fn pruner(name: PrunerName, epochs: u64) -> Pruner {
    match name {
        PrunerName::None => Pruner::None,
        PrunerName::Median => Pruner::Median(Median::default()),
        PrunerName::Asha => Pruner::Asha(Halving::default()),
        PrunerName::Hyperband => Pruner::Hyperband(Hyperband { most: epochs.max(1), ..Hyperband::default() }),
    }
}

/// Runs the trials that are missing, each worker in a pool of its own.
fn search(
    study: &mut Study,
    folder: &Folder,
    shared: &Shared,
    workers: usize,
    global: &Global,
    out: Output,
) -> Result<(), CliError> {
    let threads = global.threads.unwrap_or_else(rayon::current_num_threads);
    let pool = || ThreadPoolBuilder::new().num_threads((threads / workers).max(1)).build();
    let pools: Vec<ThreadPool> =
        (0..workers).map(|_| pool()).collect::<Result<_, _>>().map_err(CliError::internal)?;
    let pools = Mutex::new(pools);
    let take = || pools.lock().unwrap_or_else(PoisonError::into_inner).pop();
    let objective = |trial: &kiln_validate::search::TrialRun| {
        let run = || trial::run(shared, folder.resolve(trial.params()), &folder.run(trial.number()), trial);
        let Some(pool) = take() else { return run() };
        let ending = pool.install(run);
        pools.lock().unwrap_or_else(PoisonError::into_inner).push(pool);
        ending
    };
    let mut failed = None;
    let ended = |trial: &kiln_validate::search::Trial| {
        if out.json {
            // A reader that has gone is no reason to stop.
            failed = report::event(trial, folder, out).err().filter(|error| !error.is_closed_pipe());
        } else if global.progress != ProgressMode::Off {
            out.say(&report::line(trial, &folder.record.monitor, folder.record.trials));
        }
    };
    let plan =
        Plan { trials: folder.record.trials, workers, stop: Some(&shared.stop), deadline: shared.deadline };
    study.run(&plan, objective, ended).map_err(|error| match error {
        RunError::Search(error) => error.into(),
        RunError::Objective(error) => error,
        other => CliError::internal(other),
    })?;
    failed.map_or(Ok(()), Err)
}
