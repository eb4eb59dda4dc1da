//! What schedules are made of: pure functions of the step, for the learning rate, the momentum and the weight decay.

pub(crate) mod anneal;
mod any;
mod closure;
mod config;
pub(crate) mod phases;
mod plateau;
mod rate;
mod sequence;
mod stretch;
mod warmup;

use std::fmt::Debug;

pub use anneal::Anneal;
pub use any::AnySchedule;
pub use closure::ScheduleFn;
pub use config::ScheduleConfig;
pub use plateau::{Plateau, PlateauState, ThresholdMode};
pub use rate::LearningRate;
pub use sequence::Sequential;
pub use stretch::Stretch;

/// A number, usually the learning rate, as a function of the step alone.
pub trait Schedule: Debug + Send + Sync {
    /// The value for update number `step`, counted from 0.
    fn at(&self, step: u64) -> f64;
}

impl Schedule for std::sync::Arc<dyn Schedule> {
    fn at(&self, step: u64) -> f64 {
        self.as_ref().at(step)
    }
}
