//! How folds are cut.

use clap::Args;
use clap::builder::RangedU64ValueParser;

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
