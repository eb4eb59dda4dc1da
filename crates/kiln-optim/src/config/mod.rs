//! Optimisers and schedules as the configuration describes them.

mod optim;
mod optimizer;
mod schedule;

pub use optim::{
    AdadeltaConfig, AdafactorConfig, AdagradConfig, AdamConfig, AdamaxConfig, AdamwConfig, AdanConfig,
    AdjustLr, AsgdConfig, LambConfig, LionConfig, MuonConfig, NadamConfig, OptimConfig, RadamConfig,
    RmspropConfig, ScheduleFreeAdamwConfig, ScheduleFreeSgdConfig, SgdConfig,
};
pub use optimizer::{GroupConfig, LookaheadConfig, OptimizerConfig, SamConfig};
pub use schedule::{Anneal, CycleMode, ScheduleConfig, ShapeConfig, ThresholdMode};
