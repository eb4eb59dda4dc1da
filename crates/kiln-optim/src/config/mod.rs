//! Optimisers and schedules as the configuration describes them.

mod optim;
mod schedule;

pub use optim::{AdamConfig, AdamwConfig, OptimConfig, RmspropConfig, SgdConfig};
pub use schedule::{ScheduleConfig, ShapeConfig};
