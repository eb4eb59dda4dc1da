//! Cross-validation of a configuration: a run with a run for each fold in it.
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
//! A bag is the same with the test part left out of the folds: it judges the mean of the models, which are all kept.
//!
//! A fold with `fold.json` is done and never trained again; one without goes on from its newest checkpoint. Where the
//! settings say how a worker is started, one of several jobs is in this process, and each of the others is a process of
//! its own.

mod batches;
mod claim;
mod comparison;
mod data;
mod folds;
mod nested;
mod optimism;
mod orders;
mod process;
mod report;
mod runner;
mod search;
mod settings;
mod shared;
mod study;
mod whole;
mod work;
mod workers;

pub use comparison::{CvComparison, FoldComparison, compare_folds};
pub(crate) use folds::Folds;
pub use optimism::Optimism;
pub use orders::{Reply, STOP};
pub use report::CvReport;
pub use search::SearchInFolds;
pub(crate) use settings::parallel;
pub use settings::{Cuts, CvSettings, NestedSettings, WorkerProgram};
pub use shared::work_folds;
pub use study::CvStudy;
pub use whole::{CvEnd, collect, cross_validate, resume_cross_validation};
pub use work::work;
