//! The sections of a page, each from what a run keeps or from its weights.

mod classes;
mod configuration;
mod folds;
mod labels;
mod layers;
mod measured;
mod numbers;
mod summary;
mod together;
mod training;
mod wrong;

pub(crate) use configuration::configuration;
pub(crate) use folds::folds;
pub(crate) use layers::layers;
pub(crate) use measured::measured;
pub(crate) use summary::{summary, when};
pub(crate) use together::together;
pub(crate) use training::training;
