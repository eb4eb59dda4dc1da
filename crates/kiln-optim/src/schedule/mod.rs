//! Schedules of the learning rate, the momentum and the weight decay: pure functions of the step.

mod annealing;
mod build;
mod combine;
mod cyclic;
mod decay;
mod momentum;
mod phases;
mod plateau;
mod rate;
mod warmup;

use std::fmt::Debug;

pub use combine::{Product, ScheduleFn, Sequential};
pub use decay::Constant;
pub use plateau::PlateauState;
pub use rate::LearningRate;

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
