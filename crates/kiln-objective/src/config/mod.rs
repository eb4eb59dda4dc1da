//! Losses and penalties as the configuration describes them.

mod loss;
mod penalty;

pub use loss::{CrossEntropyConfig, HuberConfig, LossConfig, Plain};
pub use penalty::{ElasticNetConfig, ParamSelection, PenaltyConfig, StrengthConfig};
