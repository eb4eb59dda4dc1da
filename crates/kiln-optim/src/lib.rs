//! Optimisers, learning-rate schedules and gradient clipping.
//!
//! Written for parity with PyTorch: the same defaults, the same formulas, constants in f64.

mod clip;
mod config;
mod error;
mod gradients;
mod optimizer;
mod rule;
mod schedule;
mod state;

pub use config::{
    AdamConfig, AdamwConfig, OptimConfig, RmspropConfig, ScheduleConfig, SgdConfig, ShapeConfig,
};
pub use error::OptimError;
pub use gradients::Gradients;
pub use optimizer::Optimizer;
pub use rule::{At, Rule};
pub use schedule::{LearningRate, PlateauState, Schedule};
