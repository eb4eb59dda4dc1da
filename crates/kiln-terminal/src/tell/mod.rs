//! Records of experiments as events, lines and tables.

pub mod coverage;
pub mod curve;
pub mod cv;
pub mod cv_diff;
pub mod decision;
pub mod device;
pub mod dry_run;
pub mod ensemble;
pub mod evaluation;
pub mod explanation;
pub mod fold;
mod images;
pub mod importance;
pub mod int8;
pub mod path;
pub mod texts;
pub mod training;
pub mod trial;
pub mod tune;
pub mod understood;
pub mod unseen;
pub mod warning;
pub mod words;
pub mod work;
