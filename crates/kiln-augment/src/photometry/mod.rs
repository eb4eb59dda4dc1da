//! Random transforms that change colours, and those that take pixels away.

mod adjust;
mod erase;
mod fixed;
mod jitter;
mod noise;

pub use adjust::{Adjust, AdjustKind, FactorConfig, HueConfig};
pub use erase::{Cutout, CutoutConfig, EraseConfig, RandomErasing};
pub use fixed::{Fixed, FixedKind, PosterizeConfig, ProbabilityConfig, SolarizeConfig};
pub use jitter::{ColorJitter, ColorJitterConfig};
pub use noise::{BlurConfig, ChannelShuffle, ChannelShuffleConfig, GaussianBlur, GaussianNoise, NoiseConfig};
