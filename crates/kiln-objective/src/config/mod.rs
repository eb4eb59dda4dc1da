//! Losses and penalties as the configuration describes them.

mod loss;
mod penalty;

pub use loss::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LossConfig, Plain, PoissonNllConfig, QuantileConfig,
};
pub use penalty::{ElasticNetConfig, ParamSelection, PenaltyConfig, StrengthConfig};
