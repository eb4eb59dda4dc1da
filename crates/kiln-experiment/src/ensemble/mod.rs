//! Ensembles: runs whose weighted mean is predicted. The weights are chosen greedily by what each run says of items that it was not trained on
//! ([`kiln_validate::ensemble`]).
//!
//! ```text
//! runs/<time>-<slug>-best-<4 hex>/
//!   run.toml run.json        as in every run
//!   ensemble.json            the runs and their weights; makes a run an ensemble
//!   members/0, members/1 …   its runs, each a bag
//! ```
//!
//! | made by | members | what chooses the weights |
//! |---|---|---|
//! | [`train_best`] | a bag for each of a few presets | each item by the models that have not seen it |
//! | [`of_study`] | the best trials of a search | the validation part, which chose the trials, too |

mod best;
mod predicted;
mod report;
mod study;
mod weigh;

pub use best::{BestSettings, EnsembleEnd, resume_best, train_best};
pub use report::EnsembleReport;
pub use study::{MOST, of_study};
