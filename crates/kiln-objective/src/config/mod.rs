//! Losses, penalties and constraints as the configuration describes them.

mod batch;
mod constraint;
mod loss;
mod penalty;

pub use batch::{ActivityConfig, ActivityNorm, InputGradientConfig, JacobianConfig};
pub use constraint::{BoxConfig, ConstraintConfig, MaxNormConfig, NonNegativeConfig, UnitNormConfig};
pub use loss::{
    BinaryCrossEntropyConfig, CrossEntropyConfig, FocalConfig, GaussianNllConfig, HingeConfig, HuberConfig,
    LossConfig, Plain, PoissonNllConfig, QuantileConfig,
};
pub use penalty::{
    ElasticNetConfig, GroupLassoConfig, PenaltyConfig, SmoothConfig, SpectralConfig, StrengthConfig, Units,
};
