//! Cross-validation and search for a module and a task of one's own, resumed after a kill.
//!
//! kiln's own networks go through the same pieces ([`FoldRun`](crate::FoldRun), [`TrialTraining`](crate::TrialTraining)); what
//! is special to them is how a configuration becomes a model and a trainer.

mod description;
mod folds;
mod search;
mod supervised;

pub use folds::{CrossValidated, FoldSettings, cross_validate};
pub use search::{SearchSettings, search};

#[cfg(test)]
mod tests;
