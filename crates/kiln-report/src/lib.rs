//! Tables, progress and JSON lines from plain records; never touches a tensor.
//!
//! - [`event`]: what `--json` prints, one object a line.
//! - [`progress`]: what a person sees while a model trains.
//! - [`table`], [`confusion`]: text tables.
//! - [`human`]: durations, sizes and numbers as words.
//! - [`memory`]: the peak memory of this process.

pub mod confusion;
pub mod event;
pub mod human;
pub mod memory;
mod metrics;
mod pace;
pub mod progress;
pub mod table;

pub use confusion::confusion;
pub use event::{Event, EventWriter};
pub use metrics::Metrics;
pub use pace::Plan;
pub use progress::{EpochRecord, Mode, Progress};
pub use table::{Column, Table};
