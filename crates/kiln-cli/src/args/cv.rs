//! Arguments of `cv`.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};

use super::train::ConfigArguments;
use super::tune::SamplerName;

/// Arguments of `cv`.
#[derive(Debug, Clone, Args)]
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
    /// Train the folds whose numbers come on standard input: what `--jobs` starts.
    #[command(hide = true)]
    Work {
        /// The folder of the cross-validation.
        run: PathBuf,
        /// Threads of each fold.
        #[arg(long, default_value_t = 1, value_parser = RangedU64ValueParser::<usize>::new().range(1..=4096))]
        pool: usize,
    },
}

/// How folds are cut, and how many train at once.
#[derive(Debug, Clone, Args)]
pub(crate) struct Cuts {
    /// How many folds.
    #[arg(long, value_name = "K", default_value_t = 5,
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=100_000))]
    pub(crate) folds: usize,
    /// Keep the share of every class the same in each fold [default: for classes].
    #[arg(long, overrides_with = "no_stratified", conflicts_with_all = ["time", "loo"])]
    pub(crate) stratified: bool,
    /// Cut the folds without regard to classes.
    #[arg(long)]
    pub(crate) no_stratified: bool,
    /// Rows with the same value in this column stay together. The column is not an input of the model.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["time", "loo"])]
    pub(crate) group: Option<String>,
    /// The rows are in the order of time: train on the past, test on what comes after it.
    #[arg(long, conflicts_with_all = ["loo", "shuffle", "repeats"])]
    pub(crate) time: bool,
    /// Leave one out: one fold for each row.
    #[arg(long, conflicts_with_all = ["shuffle", "repeats", "folds"])]
    pub(crate) loo: bool,
    /// Put the items into a random order before the folds are cut.
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// How many times to cross-validate, each time in another random order.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) repeats: usize,
    /// How many folds train at once. The results do not depend on it. --threads is then for each fold [default: cores by jobs].
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) jobs: usize,
}

impl Cuts {
    /// How folds are cut, as kiln's libraries take it.
    pub(crate) fn settings(&self) -> kiln_experiment::cv::Cuts {
        let stratified = match (self.stratified, self.no_stratified) {
            (_, true) => Some(false),
            (true, false) => Some(true),
            (false, false) => None,
        };
        kiln_experiment::cv::Cuts {
            folds: self.folds,
            stratified,
            group: self.group.clone(),
            time: self.time,
            leave_one_out: self.loo,
            shuffle: self.shuffle,
            repeats: self.repeats,
        }
    }
}

/// Arguments of `cv` that trains.
#[derive(Debug, Clone, Args)]
pub(crate) struct CvRun {
    #[command(flatten)]
    pub(crate) configuration: ConfigArguments,
    #[command(flatten)]
    pub(crate) cuts: Cuts,
    /// Train this fold only, counted from 0; `kiln cv collect` joins them. Needs --dir.
    #[arg(long, value_name = "K", requires = "dir")]
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
}

impl CvRun {
    /// Whether settings are searched for in each fold.
    pub(crate) fn is_nested(&self) -> bool {
        !self.tune.is_empty() || self.trials.is_some() || self.inner.is_some()
    }
}

pub(super) const CV_EXAMPLES: &str = "\
Examples:
  kiln cv digits
  kiln cv my.toml --folds 10 --repeats 3 --jobs 2
  kiln cv data.source=csv --data visits.csv --group patient
  kiln cv iris optim.lr=0.01 --shuffle --json
  kiln cv digits --folds 5 --fold 0 --dir runs/my-cv  one fold of a job array
  kiln cv collect runs/my-cv
  kiln cv iris --tune optim.lr=log(1e-4,1e-1) --tune model.hidden=choice([16],[64]) --trials 20

With --tune (put spaces in quotes: the parentheses are the shell's) every fold searches for its settings on its
training items alone, trains the best of them and is then tested: nested cross-validation. Its score is what the
search and the training together will do on new data; the score of the best trial is too good.";

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

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
