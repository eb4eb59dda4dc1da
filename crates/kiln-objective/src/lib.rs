//! Losses and penalties: what training minimises.

mod config;
mod error;
mod loss;
mod penalty;
mod selection;

pub use config::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, ElasticNetConfig, FocalConfig, GaussianNllConfig,
    HingeConfig, HuberConfig, LossConfig, ParamSelection, PenaltyConfig, Plain, PoissonNllConfig,
    QuantileConfig, StrengthConfig,
};
pub use error::ObjectiveError;
pub use loss::{Loss, TargetKind, functional};
pub use penalty::{Beside, Convention, ElasticNet, L1, L2, Penalties, Penalty, WeightView};
