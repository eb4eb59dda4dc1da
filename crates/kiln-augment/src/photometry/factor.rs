//! Settings of the adjustments by a factor.

use serde::{Deserialize, Serialize};

use super::{Adjust, AdjustKind};
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Pixel, Transform};

/// Brighter or darker, by a factor that is drawn uniformly; 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = BrightnessConfig { factor: [0.8, 1.2] })]
pub struct BrightnessConfig {
    /// From and to, at least 0.
    pub factor: [f64; 2],
}

impl BrightnessConfig {
    /// A factor between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor }
    }
}

impl<T: Pixel> BuildTransform<T> for BrightnessConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Brightness, self.factor))
    }
}

/// More or less contrast, by a factor that is drawn uniformly; 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ContrastConfig { factor: [0.8, 1.2] })]
pub struct ContrastConfig {
    /// From and to, at least 0.
    pub factor: [f64; 2],
}

impl ContrastConfig {
    /// A factor between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor }
    }
}

impl<T: Pixel> BuildTransform<T> for ContrastConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Contrast, self.factor))
    }
}

/// More or less colour, by a factor that is drawn uniformly; 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SaturationConfig { factor: [0.8, 1.2] })]
pub struct SaturationConfig {
    /// From and to, at least 0.
    pub factor: [f64; 2],
}

impl SaturationConfig {
    /// A factor between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor }
    }
}

impl<T: Pixel> BuildTransform<T> for SaturationConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Saturation, self.factor))
    }
}

/// Sharper or smoother, by a factor that is drawn uniformly; 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = SharpnessConfig { factor: [0.8, 1.2] })]
pub struct SharpnessConfig {
    /// From and to, at least 0.
    pub factor: [f64; 2],
}

impl SharpnessConfig {
    /// A factor between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor }
    }
}

impl<T: Pixel> BuildTransform<T> for SharpnessConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Sharpness, self.factor))
    }
}

/// Another gamma, by a factor that is drawn uniformly; 1 changes nothing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = GammaConfig { factor: [0.8, 1.2] })]
pub struct GammaConfig {
    /// From and to, at least 0.
    pub factor: [f64; 2],
}

impl GammaConfig {
    /// An exponent between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor }
    }
}

impl<T: Pixel> BuildTransform<T> for GammaConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, Adjust::new(AdjustKind::Gamma, self.factor))
    }
}
