//! A search for the settings of a configuration that do best on its validation part.

mod conclude;
mod folder;
mod report;
mod run;
mod settings;
mod shared;
mod trial;
mod units;

pub(crate) use folder::trial_place;
pub use folder::{TuneRecord, find_study};
pub use report::TuneReport;
pub use run::{resume_tune, tune};
pub use settings::{TRIALS, TuneSettings};
pub use shared::work;
