//! Blur, noise, and channels in another order.

use kiln_core::check::at_least;
use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Image, Pixel, Transform, draw, op};

/// A blur by a random standard deviation: torchvision's `GaussianBlur`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = BlurConfig { kernel: 3, sigma: default_sigma() })]
pub struct BlurConfig {
    /// Width and height of the filter in pixels, odd.
    pub kernel: usize,
    /// Standard deviation in pixels, from and to, positive. Default `[0.1, 2]`.
    #[serde(default = "default_sigma")]
    pub sigma: [f64; 2],
}

impl BlurConfig {
    /// A filter of this side, in pixels.
    pub fn new(kernel: usize) -> Self {
        Self { kernel, sigma: default_sigma() }
    }
}

fn default_sigma() -> [f64; 2] {
    [0.1, 2.0]
}

impl BlurConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<GaussianBlur, AugmentError> {
        at_least("kernel", self.kernel, 1)?;
        if self.kernel.is_multiple_of(2) || self.kernel > 999 {
            let value = self.kernel as f64;
            let expected = "odd and at most 999".to_owned();
            return Err(kiln_core::NumberError { name: "kernel".to_owned(), value, expected }.into());
        }
        draw::check("sigma", self.sigma, Range::POSITIVE)?;
        Ok(GaussianBlur { config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for BlurConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A Gaussian blur whose standard deviation is uniform. Built by [`BlurConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianBlur {
    config: BlurConfig,
}

impl<T: Pixel> Transform<T> for GaussianBlur {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        op::gaussian_blur(image, self.config.kernel, draw::between(seed, 0, self.config.sigma));
    }
}

/// Normal noise: torchvision's `GaussianNoise`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = NoiseConfig { mean: 0.0, sigma: tenth() })]
pub struct NoiseConfig {
    /// Mean, in shares of white. Default 0.
    #[serde(default)]
    pub mean: f64,
    /// Standard deviation, in shares of white, at least 0. Default 0.1.
    #[serde(default = "tenth")]
    pub sigma: f64,
}

impl Default for NoiseConfig {
    fn default() -> Self {
        Self { mean: 0.0, sigma: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl NoiseConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<GaussianNoise, AugmentError> {
        Range::between(-1.0, 1.0).check("mean", self.mean)?;
        Range::at_least(0.0).check("sigma", self.sigma)?;
        Ok(GaussianNoise { config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for NoiseConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Normal noise, new for every pixel of every channel. Built by [`NoiseConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct GaussianNoise {
    config: NoiseConfig,
}

impl<T: Pixel> Transform<T> for GaussianNoise {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let noise = |index| seed.normal(index as u64) as f32;
        op::add_noise(image, self.config.mean, self.config.sigma, noise);
    }
}

/// Channels in a random order: torchvision's `RandomChannelPermutation`.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ChannelShuffle;

/// Channels in another order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ChannelShuffleConfig {})]
pub struct ChannelShuffleConfig {}

impl<T: Pixel> BuildTransform<T> for ChannelShuffleConfig {
    fn boxed(&self, _place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        Ok(Box::new(ChannelShuffle))
    }
}

impl<T: Pixel> Transform<T> for ChannelShuffle {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        op::permute_channels(image, &seed.permutation(image.channels()));
    }
}
