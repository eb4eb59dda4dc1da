//! How well a model does on data it has not seen: splitters, cross-validation, statistics, calibration.
//!
//! - [`split`]: which items train and which judge, fold by fold; indices only
//! - [`statistics`]: intervals and tests that know that folds share training items

pub mod split;
pub mod statistics;
