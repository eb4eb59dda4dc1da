//! A trial of a search, whoever trains it: its values, its folder, its judge.

mod judge;
mod run;
mod study;

pub use run::TrialTraining;
pub(crate) use run::settle;
pub(crate) use study::{StudyRun, run_study};
