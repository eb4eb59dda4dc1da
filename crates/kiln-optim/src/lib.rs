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
mod rule;
mod sam;
mod schedule;
mod scheduled;
mod state;
mod step_size;

pub use average::Average;
pub use config::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, Anneal, AsgdConfig, AverageConfig, CycleMode, EmaConfig, GradientConfig, GroupConfig,
    LambConfig, LionConfig, LookaheadConfig, MuonConfig, NadamConfig, OptimConfig, OptimizerConfig,
    RadamConfig, RmspropConfig, SamConfig, ScheduleConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig,
    SgdConfig, ShapeConfig, SwaConfig, ThresholdMode,
};
pub use error::OptimError;
pub use gradient::{Gradients, adaptive_clip, add_noise, centralize, noise_deviation};
pub use groups::ParamGroups;
pub use optimizer::{Along, AlongPenalties, Made, Optimizer};
pub use rule::{At, Elastic, Gradient, Kept, Rule, Slot};
pub use sam::Sam;
pub use schedule::{Constant, LearningRate, PlateauState, Product, Schedule, ScheduleFn, Sequential};
pub use step_size::StepSize;
