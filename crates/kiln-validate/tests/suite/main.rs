//! Splitters, paths, searches and statistics against scikit-learn, scipy and Optuna, and their laws.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod calibration_golden;
mod curves;
mod decisions_golden;
mod logistic_path;
mod own_splits;
mod path;
mod problems;
mod split_golden;
mod split_laws;
mod statistics_golden;
mod studies;
mod tpe;
