//! Random transforms that change colours, and those that take pixels away.

mod adjust;
mod erase;
mod factor;
mod fixed;
mod fixed_kinds;
mod jitter;
mod noise;

pub use adjust::{Adjust, AdjustKind, HueConfig};
pub use erase::{Cutout, CutoutConfig, EraseConfig, RandomErasing};
pub use factor::{BrightnessConfig, ContrastConfig, GammaConfig, SaturationConfig, SharpnessConfig};
pub use fixed::{Fixed, FixedKind};
pub use fixed_kinds::{
    AutocontrastConfig, EqualizeConfig, GrayscaleConfig, InvertConfig, PosterizeConfig, SolarizeConfig,
};
pub use jitter::{ColorJitter, ColorJitterConfig};
pub use noise::{BlurConfig, ChannelShuffle, ChannelShuffleConfig, GaussianBlur, GaussianNoise, NoiseConfig};
