//! Processes that train one run together.
//!
//! Rank 0 has the folder of the run, validates, writes and shows progress. The others have the same configuration and data, and hear from it where
//! the run goes on. On one machine rank 0 starts them; on several whoever runs the cluster does.

mod crew;
mod environment;
mod environment_file;
mod settings;

pub(crate) use crew::{Crew, Resumed, join};
pub use environment::of_environment;
pub use settings::{HeadPlace, Place, RankSettings};
