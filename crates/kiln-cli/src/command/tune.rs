//! `kiln tune`.

use std::time::Duration;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand, ValueEnum};
use kiln_experiment::ensemble::of_study;
use kiln_experiment::job::sized;
use kiln_experiment::tune::{TuneSettings, find_study, resume_tune, tune, work};
use kiln_experiment::{Session, words};
use kiln_terminal::{Output, tell};
use kiln_validate::search::{Halving, Hyperband, Median, Pruner, is_space};

use super::{Accepts, Execute};
use crate::args::{ConfigArguments, Global, Meeting, SamplerName, Shortcuts, TeamArguments, duration};
use crate::configuration::{configuration_with, session};
use crate::error::CliError;
use crate::observe::Terminal;
use crate::{signal, worker};

/// Search for the settings that do best on the validation part.
#[derive(Debug, Clone, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true, after_help = EXAMPLES)]
pub(crate) struct Tune {
    #[command(subcommand)]
    pub(crate) action: Option<TuneAction>,
    /// A TOML file, in whose section [tune] spaces may stand, the name of a recipe, or data: a file or a folder.
    #[arg(value_name = "CONFIG|RECIPE|DATA", required_unless_present = "resume", conflicts_with = "resume")]
    pub(crate) config: Option<String>,
    /// Spaces, such as 'optim.lr=log(1e-5,1e-1)', and changes, such as train.epochs=5.
    ///
    /// uniform(0,0.5), uniform(0,1,0.1), log(1e-5,1e-1), int(1,4), int(16,256,16), logint(8,512), choice(a,b,c), and
    /// behind each of them a condition: if optim.kind=sgd|rmsprop.
    #[arg(value_name = "KEY=SPACE|KEY=VALUE", conflicts_with = "resume")]
    pub(crate) arguments: Vec<String>,
    /// Trials in all [default: 50].
    #[arg(long, value_name = "N", value_parser = RangedU64ValueParser::<u64>::new().range(1..))]
    pub(crate) trials: Option<u64>,
    /// How values are chosen.
    #[arg(long, value_enum, default_value_t, conflicts_with = "resume")]
    pub(crate) sampler: SamplerName,
    /// Which trials to give up early.
    #[arg(long, value_enum, default_value_t, conflicts_with = "resume")]
    pub(crate) pruner: PrunerName,
    /// How many trials run side by side, each with its share of the threads. The results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) workers: usize,
    /// Trial k sees the results of trials up to k - LAG. At most LAG trials run side by side.
    #[arg(long, value_name = "LAG", default_value_t = 4, conflicts_with = "resume",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) lag: usize,
    /// Stop after this time, such as 90s, 30m or 8h. The study can be resumed.
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,
    /// Continue a study: its folder, its name or a part of it, or `last`.
    #[arg(long, value_name = "STUDY", conflicts_with_all = ["target", "epochs"])]
    pub(crate) resume: Option<String>,
    /// Weigh the best trials by the validation part, at most 20: an ensemble in the folder of the study.
    #[arg(long)]
    pub(crate) ensemble: bool,
    #[command(flatten)]
    pub(crate) shortcuts: Shortcuts,
    #[command(flatten)]
    pub(crate) team: TeamArguments,
}

/// What to do instead of beginning a search.
#[derive(Debug, Clone, Subcommand)]
pub(crate) enum TuneAction {
    /// Work on a search beside any number of other workers, on this machine and others that see its folder.
    #[command(after_help = "\
Examples:
  kiln tune work last
  kiln tune work /scratch/runs/20260102-030405-tune-digits-1a2b --threads 4

A worker ends when nothing is left. What one has that is lost, another takes and goes on with.")]
    Work {
        /// The search: its folder, its name or a part of it, or `last`.
        study: String,
        /// Stop when standard input ends: what `--on local` starts.
        #[arg(long, hide = true)]
        led: bool,
        #[command(flatten)]
        meeting: Meeting,
    },
}

/// Which trials to give up early.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrunerName {
    /// None
    #[default]
    None,
    /// Those worse than the median of the others at the same epoch
    Median,
    /// Those not in the best quarter after 1, 4, 16, … epochs
    Asha,
    /// Brackets of the same with thirds, which begin later and later
    Hyperband,
}

impl PrunerName {
    /// The pruner with its defaults, for trainings of this many epochs.
    pub(crate) fn pruner(self, epochs: u64) -> Pruner {
        match self {
            Self::None => Pruner::None,
            Self::Median => Pruner::Median(Median::default()),
            Self::Asha => Pruner::Asha(Halving::default()),
            Self::Hyperband => Pruner::Hyperband(Hyperband { most: epochs.max(1), ..Hyperband::default() }),
        }
    }
}

const EXAMPLES: &str = "\
Examples:
  kiln tune digits optim.lr=log(1e-5,1e-1) --trials 30
  kiln tune digits model.hidden=choice([32],[128],[128,64]) model.dropout=uniform(0,0.5)
  kiln tune houses.csv --target price optim.lr=log(1e-4,1e-1)
  kiln tune my.toml --pruner asha --workers 2 --timeout 8h
  kiln tune my.toml --sampler sobol --trials 64 --json
  kiln tune --resume last --trials 200
  kiln tune --resume last --ensemble    the weighted mean of the best trials
  kiln tune my.toml --on slurm --workers 8 --lag 8    a job array works on it

Put spaces in quotes: the parentheses are the shell's. The objective is the validation metric train.monitor; the
test part is never looked at.";

impl Execute for Tune {
    fn run(&self, global: &Global, out: Output) -> Result<u8, CliError> {
        let observer = Terminal::new(global, out);
        if let Some(TuneAction::Work { study, led, meeting }) = &self.action {
            let path = find_study(study, &global.runs_dir())?;
            let settings = worker::settings(global, meeting, *led);
            let end = work(&path, &settings, &observer)?;
            return Ok(tell::work::end(end, "tune --resume", &path, &settings.session.interrupt, out));
        }
        let settings = |session: Session| TuneSettings {
            session,
            trials: self.trials,
            sampler: self.sampler.sampler(),
            workers: self.workers,
            lag: self.lag,
            timeout: self.timeout,
            team: self.team.team(self.workers, global),
            store: self.team.store.clone(),
            lease: self.team.lease,
            ..TuneSettings::default()
        };
        let (interrupt, report) = match &self.resume {
            Some(name) => {
                let path = find_study(name, &global.runs_dir())?;
                let settings = settings(session(global, signal::listen()));
                (settings.session.interrupt.clone(), resume_tune(&path, &settings, &observer)?)
            }
            None => {
                let (config, words) = words(self.config.as_deref(), &self.arguments);
                let (spaces, overrides) = divide(words);
                let resolved = configuration_with(
                    &ConfigArguments { config, overrides },
                    self.shortcuts.among(global.flags()),
                )?;
                let epochs = match self.pruner {
                    PrunerName::Hyperband => sized(resolved.clone())?.config.train.epochs,
                    _ => resolved.config.train.epochs,
                };
                let pruner = self.pruner.pruner(epochs);
                // Not before: a configuration may come through a pipe, and whoever waits for it can be stopped.
                let settings = settings(session(global, signal::listen()));
                let interrupt = settings.session.interrupt.clone();
                (interrupt, tune(&resolved, &TuneSettings { spaces, pruner, ..settings }, &observer)?)
            }
        };
        if self.team.print {
            return Ok(0);
        }
        if out.json {
            tell::tune::event(&report, out)?;
        } else {
            out.data(&tell::tune::best(&report))?;
        }
        if self.ensemble && interrupt.exit_code().is_none() && report.must_have_a_model().is_ok() {
            let found = of_study(&report.folder, &session(global, interrupt.clone()), &observer)?;
            tell::ensemble::whole(&found, out)?;
        }
        out.say(&tell::tune::next(&report));
        if let Some(code) = interrupt.exit_code() {
            return Ok(code);
        }
        report.must_have_a_model()?;
        Ok(0)
    }

    fn accepts(&self) -> Accepts {
        if self.resume.is_some() || self.action.is_some() { Accepts::RunsOwn } else { Accepts::Settings }
    }
}

/// Takes `key=space` arguments apart from `key=value` ones.
fn divide(arguments: Vec<String>) -> (Vec<String>, Vec<String>) {
    let has_space = |argument: &String| argument.split_once('=').is_some_and(|(_, value)| is_space(value));
    arguments.into_iter().partition(has_space)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::command::{Cli, Command};

    fn parse(line: &str) -> Result<Tune, clap::Error> {
        match Cli::try_parse_from(line.split(' '))?.command {
            Command::Tune(tune) => Ok(tune),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn tune_takes_spaces_and_a_study_to_resume() {
        let tune = parse("kiln tune digits optim.lr=log(1e-5,1e-1) train.epochs=5 --workers 2").unwrap();
        assert_eq!(tune.arguments, ["optim.lr=log(1e-5,1e-1)", "train.epochs=5"]);
        assert_eq!((tune.workers, tune.lag, tune.trials, tune.sampler), (2, 4, None, SamplerName::Tpe));
        let tune = parse("kiln tune a.csv optim.lr=log(1e-5,1e-1) --target y --epochs 3").unwrap();
        assert_eq!(
            (tune.shortcuts.target.as_slice(), tune.shortcuts.epochs),
            (["y".to_owned()].as_slice(), Some(3))
        );
        assert_eq!(parse("kiln tune --resume last --trials 9").unwrap().resume.as_deref(), Some("last"));
        for wrong in [
            "kiln tune",
            "kiln tune digits --resume last",
            "kiln tune --resume last --sampler grid",
            "kiln tune digits --trials 0",
            "kiln tune digits --workers 0",
            "kiln tune digits --lag 0",
            "kiln tune --resume last --epochs 3",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
