//! Losses and penalties: what training minimises.

mod config;

pub use config::{
    CrossEntropyConfig, ElasticNetConfig, HuberConfig, LossConfig, ParamSelection, PenaltyConfig, Plain,
    StrengthConfig,
};
