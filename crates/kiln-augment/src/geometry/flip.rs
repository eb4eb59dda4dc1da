//! Mirror images, with a probability.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Image, Pixel, Transform, Warp};

/// Left and right change places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = HorizontalFlipConfig { p: half() })]
pub struct HorizontalFlipConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for HorizontalFlipConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for HorizontalFlipConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, HorizontalFlip::new(self.p))
    }
}

/// Top and bottom change places.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = VerticalFlipConfig { p: half() })]
pub struct VerticalFlipConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub p: f64,
}

impl Default for VerticalFlipConfig {
    fn default() -> Self {
        Self { p: half() }
    }
}

impl<T: Pixel> BuildTransform<T> for VerticalFlipConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, VerticalFlip::new(self.p))
    }
}

fn half() -> f64 {
    0.5
}

/// Left and right change places, with probability `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HorizontalFlip {
    p: f64,
}

/// Top and bottom change places, with probability `p`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerticalFlip {
    p: f64,
}

impl HorizontalFlip {
    /// A flip with probability `p` (torchvision's default is 0.5).
    ///
    /// # Errors
    /// [`AugmentError::Number`] when `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self, AugmentError> {
        Ok(Self { p: Range::UNIT.check("p", p)? })
    }

    fn draw(&self, [_, height, width]: [usize; 3], seed: Seed) -> Warp {
        Warp::flip([height, width], seed.uniform(0) < self.p, false)
    }
}

impl VerticalFlip {
    /// A flip with probability `p` (torchvision's default is 0.5).
    ///
    /// # Errors
    /// [`AugmentError::Number`] when `p` is not from 0 to 1.
    pub fn new(p: f64) -> Result<Self, AugmentError> {
        Ok(Self { p: Range::UNIT.check("p", p)? })
    }

    fn draw(&self, [_, height, width]: [usize; 3], seed: Seed) -> Warp {
        Warp::flip([height, width], false, seed.uniform(0) < self.p)
    }
}

impl<T: Pixel> Transform<T> for HorizontalFlip {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.draw(image.shape(), seed).apply(image);
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        Some(self.draw(shape, seed))
    }
}

impl<T: Pixel> Transform<T> for VerticalFlip {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.draw(image.shape(), seed).apply(image);
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        Some(self.draw(shape, seed))
    }
}
