//! Arguments of `cv`.

use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Subcommand};

use super::train::Plan;

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
        /// The cross-validation: its folder, its name or the beginning of it, or `last`.
        run: String,
    },
}

/// Arguments of `cv` that trains.
#[derive(Debug, Clone, Args)]
pub(crate) struct CvRun {
    #[command(flatten)]
    pub(crate) plan: Plan,
    /// How many folds.
    #[arg(long, value_name = "K", default_value_t = 5,
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=100_000))]
    pub(crate) folds: usize,
    /// The same share of every class in each fold [default: for classes].
    #[arg(long, overrides_with = "no_stratified", conflicts_with_all = ["time", "loo"])]
    pub(crate) stratified: bool,
    /// Folds whatever the classes.
    #[arg(long)]
    pub(crate) no_stratified: bool,
    /// Rows with the same value in this column stay together; it is no input of the model.
    #[arg(long, value_name = "COLUMN", conflicts_with_all = ["time", "loo"])]
    pub(crate) group: Option<String>,
    /// The rows are in the order of time: train on the past, test on what comes next.
    #[arg(long, conflicts_with_all = ["loo", "shuffle", "repeats"])]
    pub(crate) time: bool,
    /// Leave one out: as many folds as rows.
    #[arg(long, conflicts_with_all = ["shuffle", "repeats", "folds"])]
    pub(crate) loo: bool,
    /// A random order before the folds are cut.
    #[arg(long)]
    pub(crate) shuffle: bool,
    /// Cross-validate so often, each time in another random order.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=10_000))]
    pub(crate) repeats: usize,
    /// Folds trained at once; the results are the same. --threads is then for each fold [default: cores by jobs].
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) jobs: usize,
    /// Train this fold only, counted from 0; `kiln cv collect` joins them. Needs --dir.
    #[arg(long, value_name = "K", requires = "dir")]
    pub(crate) fold: Option<usize>,
    /// The folder of the cross-validation; what is in it already is not done again.
    #[arg(long, value_name = "FOLDER")]
    pub(crate) dir: Option<PathBuf>,
    /// Keep the model of each fold, for `kiln predict RUN/folds/0`.
    #[arg(long)]
    pub(crate) keep_models: bool,
}

pub(super) const CV_EXAMPLES: &str = "\
Examples:
  kiln cv digits
  kiln cv my.toml --folds 10 --repeats 3 --jobs 2
  kiln cv data.source=csv --data visits.csv --group patient
  kiln cv iris optim.lr=0.01 --shuffle --json
  kiln cv digits --folds 5 --fold 0 --dir runs/my-cv  one fold of a job array
  kiln cv collect runs/my-cv";

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
        assert_eq!((cv.run.folds, cv.run.repeats, cv.run.jobs), (3, 2, 2));
        assert_eq!(cv.run.plan.overrides, ["train.epochs=2"]);
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
    fn collect_takes_a_run() {
        let cv = parse("kiln cv collect runs/a").unwrap();
        assert!(matches!(cv.action, Some(CvAction::Collect { run }) if run == "runs/a"));
    }
}
