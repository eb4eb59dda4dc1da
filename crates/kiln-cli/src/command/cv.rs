//! `kiln cv`.

use std::io::stdin;
use std::path::{Path, PathBuf};
use std::process;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};
use kiln_experiment::cv::{CvSettings, NestedSettings, collect, cross_validate, work, work_folds};
use kiln_experiment::run::find;
use kiln_terminal::{Output, tell};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Cuts, Global, Meeting, SamplerName, Shortcuts, TeamArguments};
use crate::configuration::{configuration_with, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::{signal, worker};

/// Cross-validate: train on some folds, judge on the others, and say how sure the result is.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, after_help = EXAMPLES)]
pub(crate) struct Cv {
    #[command(subcommand)]
    pub(crate) action: Option<CvAction>,
    #[command(flatten)]
    pub(crate) run: CvRun,
}

/// What to do instead of training folds.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum CvAction {
    /// Join folds that were trained one by one with --fold.
    #[command(after_help = "\
Examples:
  kiln cv collect runs/my-cv
  kiln cv collect last --json")]
    Collect {
        /// The cross-validation: its folder, its name or a part of it, or `last`.
        run: String,
    },
    /// Train folds beside any number of other workers, on this machine and others that see the folder.
    #[command(after_help = "\
Examples:
  kiln cv work last
  kiln cv work /scratch/runs/my-cv --fold 3    this fold and no other

A worker ends when all folds are done. What one has that is lost, another takes and goes on with. `kiln cv collect`
joins them.")]
    Work {
        /// The cross-validation: its folder, its name or a part of it, or `last`.
        run: String,
        /// Train this fold only, counted from 0.
        #[arg(long, value_name = "K")]
        fold: Option<usize>,
        /// Train the folds whose numbers come on standard input, each on so many threads: what `--jobs` starts.
        #[arg(long, hide = true, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
        pool: Option<usize>,
        /// Stop when standard input ends: what `--on local` starts.
        #[arg(long, hide = true)]
        led: bool,
        #[command(flatten)]
        meeting: Meeting,
    },
}

/// Arguments of `cv` that trains.
#[derive(Debug, Clone, Args)]
pub(crate) struct CvRun {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    #[command(flatten)]
    pub(crate) shortcuts: Shortcuts,
    #[command(flatten)]
    pub(crate) cuts: Cuts,
    /// Train this fold only, counted from 0; `kiln cv collect` joins them. Needs --dir.
    #[arg(long, value_name = "K", requires = "dir", conflicts_with = "on")]
    pub(crate) fold: Option<usize>,
    /// The folder of the cross-validation. Folds that are already in it are not trained again.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// Search for settings in each fold: 'optim.lr=log(1e-5,1e-1)', as `kiln tune` takes it; one --tune for each. Spaces
    /// in the section [tune] of the file are searched as well.
    #[arg(long, value_name = "KEY=SPACE")]
    pub(crate) tune: Vec<String>,
    /// Trials of each fold's search [default: 50]; without --tune, for the spaces of the section [tune].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub(crate) trials: Option<u64>,
    /// Folds of the training items that judge a trial, or 1: the validation part [default: 3].
    #[arg(long, value_name = "K", value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub(crate) inner: Option<usize>,
    /// How values are chosen in a search.
    #[arg(long, value_enum, default_value_t)]
    pub(crate) sampler: SamplerName,
    /// Keep the model of each fold, for `kiln predict RUN/folds/0`.
    #[arg(long)]
    pub(crate) keep_models: bool,
    #[command(flatten)]
    pub(crate) team: TeamArguments,
}

impl CvRun {
    /// Whether settings are searched for in each fold.
    pub(crate) fn is_nested(&self) -> bool {
        !self.tune.is_empty() || self.trials.is_some() || self.inner.is_some()
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln cv digits
  kiln cv my.toml --folds 10 --repeats 3 --jobs 2
  kiln cv visits.csv --group patient
  kiln cv iris optim.lr=0.01 --shuffle --json
  kiln cv digits --folds 5 --fold 0 --dir runs/my-cv  one fold of a job array
  kiln cv collect runs/my-cv
  kiln cv my.toml --folds 10 --on slurm --jobs 5      a job array trains them
  kiln cv iris --tune optim.lr=log(1e-4,1e-1) --tune model.hidden=choice([16],[64]) --trials 20

With --tune (put spaces in quotes: the parentheses are the shell's) every fold searches for its settings on its
training items alone, trains the best of them and is then tested: nested cross-validation. Its score is what the
search and the training together will do on new data; the score of the best trial is too good.";

impl Execute for Cv {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        match &self.action {
            Some(CvAction::Collect { run }) => join(run, global, out).map(|()| 0),
            Some(CvAction::Work { run, pool: Some(threads), .. }) => {
                train_folds(Path::new(run), *threads, global, out).map(|()| 0)
            }
            Some(CvAction::Work { run, fold, led, meeting, .. }) => {
                let path = find(run, &global.runs_dir())?;
                let settings = worker::settings(global, meeting, *led);
                let end = work_folds(&path, *fold, &settings, &Terminal::new(global, out))?;
                Ok(tell::work::end(end, "cv collect", &path, &settings.session.interrupt, out))
            }
            None => start(&self.run, global, out),
        }
    }

    fn accepts(&self) -> Accepts {
        if self.action.is_some() { Accepts::RunsOwn } else { Accepts::Settings }
    }
}

fn start(arguments: &CvRun, global: &Global, out: Output) -> Result<u8, CliError> {
    let flags = arguments.shortcuts.among(global.flags());
    let resolved = configuration_with(&arguments.configuration, flags)?;
    let session = session(global, signal::listen());
    let interrupt = session.interrupt.clone();
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
        bag: false,
        only: arguments.fold,
        dir: arguments.dir.clone(),
        search,
        worker: Some(worker::program(global)),
        team: arguments.team.team(arguments.cuts.jobs, global),
        store: arguments.team.store.clone(),
        lease: arguments.team.lease,
    };
    let end = cross_validate(&resolved, &settings, &Terminal::new(global, out))?;
    Ok(tell::cv::end(&end, &interrupt, None, out)?)
}

/// Joins the folds that are there, which must be all.
fn join(run: &str, global: &Global, out: Output) -> Result<(), CliError> {
    let path = find(run, &global.runs_dir())?;
    let report = collect(&path, &session(global, Default::default()), &Terminal::new(global, out))?;
    Ok(tell::cv::whole(&report, out)?)
}

/// `kiln cv work`: trains the folds whose numbers come on standard input.
fn train_folds(run: &Path, threads: usize, global: &Global, out: Output) -> Result<(), CliError> {
    let session = session(global, signal::listen());
    let observer = Terminal::new(global, out);
    let lines = || stdin().lines().map_while(Result::ok);
    let reply = |line: &str| out.write(&format!("{line}\n"));
    Ok(work(run, threads, &session, &observer, lines, reply, || process::exit(1))?)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Result<Cv, clap::Error> {
        match Cli::try_parse_from(line.split(' '))?.command {
            Command::Cv(cv) => Ok(cv),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn folds_and_a_configuration() {
        let cv = parse("kiln cv digits train.epochs=2 --folds 3 --repeats 2 --jobs 2").unwrap();
        assert!(cv.action.is_none());
        assert_eq!((cv.run.cuts.folds, cv.run.cuts.repeats, cv.run.cuts.jobs), (3, 2, 2));
        assert_eq!(cv.run.configuration.overrides, ["train.epochs=2"]);
    }

    #[test]
    fn what_contradicts_itself_is_refused() {
        for line in
            ["--time --shuffle", "--loo --repeats 2", "--loo --folds 3", "--group a --time", "--fold 1"]
        {
            assert!(parse(&format!("kiln cv digits {line}")).is_err(), "{line}");
        }
        for line in ["--folds 1", "--jobs 0", "--repeats 0"] {
            assert!(parse(&format!("kiln cv digits {line}")).is_err(), "{line}");
        }
    }

    #[test]
    fn a_search_is_asked_for_by_any_of_its_flags() {
        let cv = parse("kiln cv iris --tune optim.lr=log(1e-4,1e-1) --tune seed=int(1,2) --inner 2").unwrap();
        assert!(cv.run.is_nested() && cv.run.tune.len() == 2);
        assert!(parse("kiln cv my.toml --trials 5").unwrap().run.is_nested());
        assert!(!parse("kiln cv my.toml").unwrap().run.is_nested());
        assert!(parse("kiln cv iris --inner 0").is_err() && parse("kiln cv iris --trials 0").is_err());
    }

    #[test]
    fn collect_takes_a_run() {
        let cv = parse("kiln cv collect runs/a").unwrap();
        assert!(matches!(cv.action, Some(CvAction::Collect { run }) if run == "runs/a"));
    }
}
