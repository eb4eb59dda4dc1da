//! Losses and penalties: what training minimises.

mod config;
mod error;
mod loss;
mod penalty;
mod selection;

pub use config::{
    CrossEntropyConfig, ElasticNetConfig, HuberConfig, LossConfig, ParamSelection, PenaltyConfig, Plain,
    StrengthConfig,
};
pub use error::ObjectiveError;
pub use loss::{Loss, TargetKind};
pub use penalty::{ElasticNet, L1, L2, Penalties, Penalty, WeightView};
