//! What an experiment found, as a chart.

mod compare;
mod curve;
mod importance;
mod lr_find;
mod path;
mod schedule;
mod search;

pub use compare::{loss_differences, step_times};
pub use curve::curve;
pub use importance::{dependence, importance, importance_files, shapley};
pub use lr_find::lr_find;
pub(crate) use path::STRENGTH;
pub use path::{path_error, path_left, path_model};
pub use schedule::schedule;
pub(crate) use search::best_so_far;
pub use search::{budget, parallel, slice};
