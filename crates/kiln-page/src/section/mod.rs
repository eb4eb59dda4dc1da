//! The sections of a page, each from what a folder keeps or from the weights of a run.

mod classes;
mod comparison;
mod configuration;
mod curve;
mod explained;
mod folds;
mod folds_together;
mod labels;
mod layers;
mod mattered;
mod measured;
mod numbers;
mod path;
mod progress;
mod search;
mod summary;
mod together;
mod tokens;
mod training;
mod wrong;

pub(crate) use comparison::{comparison, comparisons};
pub(crate) use configuration::configuration;
pub(crate) use curve::{curve, curves};
pub(crate) use explained::{explained, explanation};
pub(crate) use folds::folds;
pub(crate) use folds_together::folds_together;
pub(crate) use layers::layers;
pub(crate) use mattered::mattered;
pub(crate) use measured::measured;
pub(crate) use path::{path, paths};
pub(crate) use progress::progress;
pub(crate) use search::{search, searches};
pub(crate) use summary::{summary, when};
pub(crate) use together::together;
pub(crate) use training::training;
