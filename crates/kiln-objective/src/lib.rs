//! Losses, penalties and constraints: what training minimises, and where.

mod batch;
mod config;
mod constraint;
mod error;
mod loss;
mod penalty;
mod units;

pub use batch::{Activity, BatchPenalties, BatchView, InputGradient, Jacobian};
pub use config::{
    ActivityConfig, ActivityNorm, BinaryCrossEntropyConfig, BoxConfig, ConstraintConfig, CrossEntropyConfig,
    ElasticNetConfig, FocalConfig, GaussianNllConfig, GroupLassoConfig, HingeConfig, HuberConfig,
    InputGradientConfig, JacobianConfig, LossConfig, MaxNormConfig, NonNegativeConfig, PenaltyConfig, Plain,
    PoissonNllConfig, QuantileConfig, SmoothConfig, SpectralConfig, StrengthConfig, UnitNormConfig, Units,
};
pub use constraint::Constraints;
pub use error::ObjectiveError;
pub use loss::{Loss, TargetKind, functional};
pub use penalty::{
    Beside, Convention, CumulativeL1, Custom, ElasticNet, GroupLasso, L1, L2, Orthogonal, Penalties, Penalty,
    PenaltyTerm, Spectral, WeightView,
};
