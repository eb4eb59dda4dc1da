//! How well a model does on data it has not seen: splitters, cross-validation, statistics, calibration, search.
//!
//! - [`split`]: which items train and which judge, fold by fold; indices only
//! - [`cross`]: any task, fold by fold, several folds side by side
//! - [`curve`]: scores with more training items, or other values of a setting
//! - [`calibration`]: whether probabilities mean what they say
//! - [`conformal`]: intervals and sets that hold the truth as often as they say
//! - [`ensemble`]: weights for the mean of several models
//! - [`statistics`]: intervals and tests that know that folds share training items
//! - [`path`]: models along a regularisation path, and the strength that cross-validation picks
//! - [`search`]: spaces of settings, samplers, pruners, studies that survive a kill

pub mod calibration;
pub mod conformal;
pub mod cross;
pub mod curve;
pub mod ensemble;
pub mod path;
pub mod search;
pub mod split;
pub mod statistics;
