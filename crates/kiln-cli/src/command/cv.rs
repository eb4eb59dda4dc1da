//! `kiln cv`.

use std::io::stdin;
use std::path::Path;
use std::process;

use kiln_experiment::cv::{CvSettings, NestedSettings, collect, cross_validate, work};
use kiln_experiment::run::find;

use crate::args::{Cv, CvAction, CvRun, Global};
use crate::configuration::{configuration, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::output::Output;
use crate::{signal, tell, worker};

pub(super) fn run(arguments: &Cv, global: &Global, out: Output) -> Result<u8, CliError> {
    match &arguments.action {
        Some(CvAction::Collect { run }) => join(run, global, out).map(|()| 0),
        Some(CvAction::Work { run, pool }) => train_folds(run, *pool, global, out).map(|()| 0),
        None => start(&arguments.run, global, out),
    }
}

fn start(arguments: &CvRun, global: &Global, out: Output) -> Result<u8, CliError> {
    let session = session(global, signal::listen());
    let interrupt = session.interrupt.clone();
    let resolved = configuration(&arguments.configuration, global)?;
    let search = arguments.is_nested().then(|| {
        let usual = NestedSettings::default();
        NestedSettings {
            spaces: arguments.tune.clone(),
            sampler: arguments.sampler.sampler(),
            trials: arguments.trials.unwrap_or(usual.trials),
            inner: arguments.inner.unwrap_or(usual.inner),
        }
    });
    let settings = CvSettings {
        session,
        cuts: arguments.cuts.settings(),
        jobs: arguments.cuts.jobs,
        keep_models: arguments.keep_models,
        only: arguments.fold,
        dir: arguments.dir.clone(),
        search,
        worker: Some(worker::program(global)),
    };
    let end = cross_validate(&resolved, &settings, &Terminal::new(global, out))?;
    tell::cv::end(&end, &interrupt, out)
}

/// Joins the folds that are there, which must be all.
fn join(run: &str, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(run, &global.runs_dir())?;
    let report = collect(&path, &session(global, Default::default()), &Terminal::new(global, out))?;
    tell::cv::whole(&report, out)
}

/// `kiln cv work`: trains the folds whose numbers come on standard input.
fn train_folds(run: &Path, threads: usize, global: &Global, out: Output) -> Result<(), CliError> {
    let session = session(global, signal::listen());
    let observer = Terminal::new(global, out);
    let lines = || stdin().lines().map_while(Result::ok);
    let reply = |line: &str| out.write(&format!("{line}\n"));
    Ok(work(run, threads, &session, &observer, lines, reply, || process::exit(1))?)
}
