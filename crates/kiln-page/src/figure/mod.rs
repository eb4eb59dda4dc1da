//! What an experiment found, as a chart.

mod curve;
mod lr_find;
mod path;
mod schedule;

pub use curve::curve;
pub use lr_find::lr_find;
pub use path::{path_error, path_model};
pub use schedule::schedule;
