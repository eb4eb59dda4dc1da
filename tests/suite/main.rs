//! The program as its users meet it, the examples, and the library as a whole.

#![allow(clippy::unwrap_used, clippy::panic, reason = "the helpers of tests fail as tests do")]

mod augment;
mod augmented_runs;
mod bag;
mod command;
#[path = "../common/mod.rs"]
mod common;
mod curve;
mod cv;
mod cv_jobs;
mod cv_kill;
mod defaults;
mod docs;
mod ensembles;
mod exact_numbers;
mod examples;
mod export;
mod export_sequences;
mod export_tables;
mod importance;
mod infer;
mod infer_sequences;
mod inner_folds;
mod int8;
mod intervals;
mod kill;
mod layers;
mod logs;
mod malformed;
mod many_photos;
mod memory;
mod nested_cv;
mod old_runs;
mod own_kill;
mod path;
mod path_trained;
mod photos;
mod published;
mod ranks;
mod refinement;
mod regularisation;
mod results;
mod safety;
mod selection;
mod series;
mod serve;
mod several;
mod shared_cv;
mod shared_tune;
mod solver;
mod texts;
mod tune;
mod uncertainty;
mod warm_start;
