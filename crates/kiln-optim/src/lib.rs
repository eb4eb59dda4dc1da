//! Optimisers, learning-rate schedules and gradient clipping.

mod config;

pub use config::{
    AdamConfig, AdamwConfig, OptimConfig, RmspropConfig, ScheduleConfig, SgdConfig, ShapeConfig,
};
