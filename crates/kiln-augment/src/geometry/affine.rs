//! Random rotation, translation, scale and shear, one at a time or in one map.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::fill::Colour;
use crate::op::AffineMap;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, Warp, draw};

/// A random affine map: torchvision's `RandomAffine`. The default changes nothing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = AffineConfig { degrees: [-10.0, 10.0], ..AffineConfig::default() })]
pub struct AffineConfig {
    /// Clockwise, from and to. Default `[0, 0]`.
    #[serde(default)]
    pub degrees: [f64; 2],
    /// The largest move across and down, in shares of width and height, `[0, 1]`. Default `[0, 0]`.
    #[serde(default)]
    pub translate: [f64; 2],
    /// Factor, from and to, positive. Default `[1, 1]`.
    #[serde(default)]
    pub scale: Factor,
    /// Degrees along x, from and to, inside (−90, 90). Default `[0, 0]`.
    #[serde(default)]
    pub shear_x: [f64; 2],
    /// Degrees along y, from and to, inside (−90, 90). Default `[0, 0]`.
    #[serde(default)]
    pub shear_y: [f64; 2],
    /// How pixels are read. Default bilinear (torchvision: nearest).
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

/// From and to, of a factor; the default is 1 and 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Factor(pub [f64; 2]);

impl Default for Factor {
    fn default() -> Self {
        Self([1.0; 2])
    }
}

/// A random rotation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = RotateConfig { degrees: [-15.0, 15.0], interpolation: Interpolation::default(), fill: None })]
pub struct RotateConfig {
    /// Clockwise, from and to.
    pub degrees: [f64; 2],
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

impl RotateConfig {
    /// By an angle between these, in degrees.
    pub fn new(degrees: [f64; 2]) -> Self {
        Self { degrees, interpolation: Interpolation::default(), fill: None }
    }
}

/// A random shear.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ShearConfig { x: [-10.0, 10.0], y: [0.0, 0.0], interpolation: Interpolation::default(), fill: None })]
pub struct ShearConfig {
    /// Degrees along x, from and to, inside (−90, 90). Default `[0, 0]`.
    #[serde(default)]
    pub x: [f64; 2],
    /// Degrees along y, from and to, inside (−90, 90). Default `[0, 0]`.
    #[serde(default)]
    pub y: [f64; 2],
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

/// A random translation by whole pixels.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = TranslateConfig { x: 0.1, y: 0.1, fill: None })]
pub struct TranslateConfig {
    /// The largest move to the left or right, in shares of the width, `[0, 1]`. Default 0.
    #[serde(default)]
    pub x: f64,
    /// The largest move up or down, in shares of the height, `[0, 1]`. Default 0.
    #[serde(default)]
    pub y: f64,
    /// The colour outside. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

/// A random scale around the middle.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ScaleConfig { factor: [0.9, 1.1], interpolation: Interpolation::default(), fill: None })]
pub struct ScaleConfig {
    /// Factor, from and to, positive.
    pub factor: [f64; 2],
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

impl ScaleConfig {
    /// By a factor between these.
    pub fn new(factor: [f64; 2]) -> Self {
        Self { factor, interpolation: Interpolation::default(), fill: None }
    }
}

impl AffineConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomAffine, AugmentError> {
        draw::check("degrees", self.degrees, Range::FINITE)?;
        for share in self.translate {
            Range::UNIT.check("translate", share)?;
        }
        draw::check("scale", self.scale.0, Range::POSITIVE)?;
        draw::check("shear_x", self.shear_x, UPRIGHT)?;
        draw::check("shear_y", self.shear_y, UPRIGHT)?;
        Ok(RandomAffine { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for AffineConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A shear by a right angle has no image.
const UPRIGHT: Range = Range::between(-89.999, 89.999);

impl RotateConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomAffine, AugmentError> {
        let Self { degrees, interpolation, fill } = self.clone();
        AffineConfig { degrees, interpolation, fill, ..AffineConfig::default() }.build()
    }
}

impl<T: Pixel> BuildTransform<T> for RotateConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

impl ShearConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomAffine, AugmentError> {
        let Self { x, y, interpolation, fill } = self.clone();
        draw::check("x", x, UPRIGHT)?;
        draw::check("y", y, UPRIGHT)?;
        AffineConfig { shear_x: x, shear_y: y, interpolation, fill, ..AffineConfig::default() }.build()
    }
}

impl<T: Pixel> BuildTransform<T> for ShearConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

impl TranslateConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomAffine, AugmentError> {
        let Self { x, y, fill } = self.clone();
        Range::UNIT.check("x", x)?;
        Range::UNIT.check("y", y)?;
        AffineConfig { translate: [x, y], fill, ..AffineConfig::default() }.build()
    }
}

impl<T: Pixel> BuildTransform<T> for TranslateConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

impl ScaleConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomAffine, AugmentError> {
        let Self { factor, interpolation, fill } = self.clone();
        draw::check("factor", factor, Range::POSITIVE)?;
        AffineConfig { scale: Factor(factor), interpolation, fill, ..AffineConfig::default() }.build()
    }
}

impl<T: Pixel> BuildTransform<T> for ScaleConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// An affine map whose angle, moves, scale and shears are each uniform in their range; moves are rounded to whole pixels,
/// as torchvision does. Built by [`AffineConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct RandomAffine {
    config: AffineConfig,
    fill: Fill,
}

impl RandomAffine {
    /// The map that a seed draws for images of `size` = `[height, width]`.
    pub fn map(&self, size: [usize; 2], seed: Seed) -> AffineMap {
        let config = &self.config;
        let moved = |index, share: f64, len: usize| {
            let most = share * len as f64;
            draw::between(seed, index, [-most, most]).round_ties_even()
        };
        AffineMap {
            angle: draw::between(seed, 0, config.degrees),
            translate: [moved(1, config.translate[0], size[1]), moved(2, config.translate[1], size[0])],
            scale: draw::between(seed, 3, config.scale.0),
            shear: [draw::between(seed, 4, config.shear_x), draw::between(seed, 5, config.shear_y)],
            centre: None,
        }
    }

    fn draw(&self, [_, height, width]: [usize; 3], seed: Seed) -> Warp {
        let size = [height, width];
        self.map(size, seed).warp(size, self.config.interpolation, self.fill)
    }
}

impl<T: Pixel> Transform<T> for RandomAffine {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.draw(image.shape(), seed).apply(image);
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        Some(self.draw(shape, seed))
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("affine", input[0])?;
        Ok(input)
    }
}
