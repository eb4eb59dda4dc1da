//! Optimisers, learning-rate schedules and gradient clipping.
//!
//! Written for parity with PyTorch: the same defaults, the same formulas, constants in f64.

mod average;
mod averaged;
mod config;
mod error;
mod gradient;
mod groups;
mod lookahead;
mod optimizer;
mod optimizers;
mod rule;
mod sam;
mod schedule;
mod scheduled;
mod schedules;
mod schema;
mod state;
mod step_size;

pub use average::*;
pub use config::OptimizerConfig;
pub use error::OptimError;
pub use gradient::{GradientConfig, Gradients, adaptive_clip, add_noise, centralize, noise_deviation};
pub use groups::{GroupConfig, ParamGroups};
pub use lookahead::LookaheadConfig;
pub use optimizer::{Along, AlongPenalties, Made, Optimizer};
pub use optimizers::*;
pub use rule::{At, Elastic, Gradient, Kept, OwnRule, Rule, Slot};
pub use sam::{Sam, SamConfig};
pub use schedule::{
    Anneal, AnySchedule, LearningRate, Plateau, PlateauState, Schedule, ScheduleConfig, ScheduleFn,
    Sequential, Stretch, ThresholdMode,
};
pub use schedules::*;
pub use step_size::StepSize;
