//! Several models in place of one.

use clap::Args;
use clap::builder::RangedU64ValueParser;
use kiln_experiment::Session;
use kiln_experiment::cv::{Cuts, CvSettings, WorkerProgram};
use kiln_experiment::ensemble::BestSettings;

/// Several models in place of one.
#[derive(Debug, Clone, Args)]
pub(crate) struct Bag {
    /// Train K models, each without one of K folds of all but the test part, and keep them: their mean is predicted, and the
    /// items that each has not seen say how good it is.
    #[arg(long, value_name = "K", conflicts_with_all = ["log", "dry_run"],
          value_parser = RangedU64ValueParser::<usize>::new().range(2..=1000))]
    pub(crate) bag: Option<usize>,
    /// How often the folds are cut, each time otherwise and with other first weights [default: 1, for --preset best 2].
    #[arg(long, value_name = "N",
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1000))]
    pub(crate) repeats: Option<usize>,
    /// How many models of --bag or --preset best train at once. The results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 1,
          value_parser = RangedU64ValueParser::<usize>::new().range(1..=1024))]
    pub(crate) jobs: usize,
}

impl Bag {
    /// The cross-validation that trains a bag of `folds`.
    pub(crate) fn settings(&self, folds: usize, session: Session) -> CvSettings {
        // Rows may be in an order that says something.
        let cuts = Cuts { folds, repeats: self.repeats.unwrap_or(1), shuffle: true, ..Cuts::default() };
        CvSettings { session, cuts, jobs: self.jobs, bag: true, ..CvSettings::default() }
    }

    /// How the ensemble of `--preset best` is trained.
    pub(crate) fn of_best(&self, session: Session, worker: Option<WorkerProgram>) -> BestSettings {
        let usual = BestSettings::default();
        BestSettings {
            session,
            folds: self.bag.unwrap_or(usual.folds),
            repeats: self.repeats.unwrap_or(usual.repeats),
            jobs: self.jobs,
            worker,
        }
    }
}
