//! Settings of the changes that only happen or not.

use serde::{Deserialize, Serialize};

use super::{Fixed, FixedKind};
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Pixel, Transform};

/// No colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = GrayscaleConfig { p: half() })]
pub struct GrayscaleConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for GrayscaleConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for GrayscaleConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Grayscale, self.p))
    }
}

/// Black and white change places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = InvertConfig { p: half() })]
pub struct InvertConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for InvertConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for InvertConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Invert, self.p))
    }
}

/// Fewer colours.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = PosterizeConfig { bits: 4, p: half() })]
pub struct PosterizeConfig {
    /// Bits that are kept of each 8, `[0, 8]`.
    #[schemars(range(min = 0, max = 8))]
    pub bits: u32,
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl PosterizeConfig {
    /// So many bits, half of the time.
    pub fn new(bits: u32) -> Self {
        Self { bits, p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for PosterizeConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Posterize(self.bits), self.p))
    }
}

/// Bright shades inverted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SolarizeConfig { threshold: 0.5, p: half() })]
pub struct SolarizeConfig {
    /// The first shade that is inverted, a share of white, `[0, 1]`.
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub threshold: f64,
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl SolarizeConfig {
    /// From this share of white on, half of the time.
    pub fn new(threshold: f64) -> Self {
        Self { threshold, p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for SolarizeConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Solarize(self.threshold), self.p))
    }
}

/// All shades about as frequent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = EqualizeConfig { p: half() })]
pub struct EqualizeConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for EqualizeConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for EqualizeConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Equalize, self.p))
    }
}

/// Shades from black to white.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = AutocontrastConfig { p: half() })]
pub struct AutocontrastConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = kiln_core::Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for AutocontrastConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for AutocontrastConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Fixed::new(FixedKind::Autocontrast, self.p))
    }
}

fn half() -> f64 {
    0.5
}
