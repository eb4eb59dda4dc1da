#![doc = include_str!("../README.md")]

mod batches;
mod callbacks;
mod output;
mod part;
mod rates;
mod schedule;
mod score;
mod step_task;

pub use batches::Batches;
pub use callbacks::Callbacks;
pub use output::StepOutput;
pub use rates::BurnRates;
pub use schedule::Scheduler;
pub use score::{ScoreInput, ScoreMetric};
pub use step_task::StepTask;
