//! Optimisers and schedules as the configuration describes them.

mod average;
mod curve;
mod gradient;
mod optim;
mod optimizer;
mod schedule;

pub use average::{AverageConfig, EmaConfig, SwaConfig};
pub use curve::{Anneal, CycleMode, ThresholdMode};
pub use gradient::GradientConfig;
pub use optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, AsgdConfig, LambConfig, LionConfig, MuonConfig, NadamConfig, OptimConfig, RadamConfig,
    RmspropConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig,
};
pub use optimizer::{GroupConfig, LookaheadConfig, OptimizerConfig, SamConfig};
pub use schedule::{ScheduleConfig, ShapeConfig};
