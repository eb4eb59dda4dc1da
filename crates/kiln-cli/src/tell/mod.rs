//! Records of experiments as events, lines and tables.

pub(crate) mod curve;
pub(crate) mod cv;
pub(crate) mod cv_diff;
pub(crate) mod decision;
pub(crate) mod device;
pub(crate) mod dry_run;
pub(crate) mod evaluation;
pub(crate) mod fold;
mod images;
pub(crate) mod path;
pub(crate) mod training;
pub(crate) mod trial;
pub(crate) mod tune;
pub(crate) mod understood;
pub(crate) mod unseen;
pub(crate) mod warning;
pub(crate) mod words;
