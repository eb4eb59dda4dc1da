//! Optimisers, learning-rate schedules and gradient clipping.
//!
//! Written for parity with PyTorch: the same defaults, the same formulas, constants in f64.

mod averaged;
mod clip;
mod config;
mod error;
mod gradients;
mod optimizer;
mod rule;
mod schedule;
mod state;

pub use config::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, AsgdConfig, LambConfig, LionConfig, MuonConfig, NadamConfig, OptimConfig, RadamConfig,
    RmspropConfig, ScheduleConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig, ShapeConfig,
};
pub use error::OptimError;
pub use gradients::Gradients;
pub use optimizer::Optimizer;
pub use rule::{At, Kept, Rule, Slot};
pub use schedule::{LearningRate, PlateauState, Schedule};
