//! Learning-rate schedules: pure functions of the step.

mod annealing;
mod build;
mod decay;
mod one_cycle;
mod plateau;
mod rate;
mod warmup;

use std::fmt::Debug;

pub use plateau::PlateauState;
pub use rate::LearningRate;

/// The learning rate as a function of the step alone.
pub trait Schedule: Debug + Send + Sync {
    /// The learning rate of update number `step`, counted from 0.
    fn at(&self, step: u64) -> f64;
}
