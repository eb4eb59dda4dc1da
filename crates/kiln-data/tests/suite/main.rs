//! Readers, splits and preprocessing: against scikit-learn, their laws, and what they refuse.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod common;
mod components;
mod dates;
mod precision;
mod preprocess;
mod preprocess_errors;
mod rows;
mod scaling;
mod series;
mod series_tables;
mod sources;
mod split;
mod target_encoding;
mod texts;
mod tokens;
mod transforms;
