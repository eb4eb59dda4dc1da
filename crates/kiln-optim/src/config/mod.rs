//! Optimisers and schedules as the configuration describes them.

mod average;
mod gradient;
mod optim;
mod optimizer;
mod schedule;

pub use average::{AverageConfig, EmaConfig, SwaConfig};
pub use gradient::GradientConfig;
pub use optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, AsgdConfig, LambConfig, LionConfig, MuonConfig, NadamConfig, OptimConfig, RadamConfig,
    RmspropConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig,
};
pub use optimizer::{GroupConfig, LookaheadConfig, OptimizerConfig, SamConfig};
pub use schedule::{Anneal, CycleMode, ScheduleConfig, ShapeConfig, ThresholdMode};
