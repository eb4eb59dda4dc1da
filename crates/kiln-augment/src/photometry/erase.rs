//! Parts of the image taken away: random erasing and cutout.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Pixel, Transform, draw, op};

/// A rectangle of random area, ratio and place, erased: torchvision's `RandomErasing` (Zhong and others: Random erasing
/// data augmentation, 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = EraseConfig::default())]
pub struct EraseConfig {
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    pub p: f64,
    /// The rectangle's share of the image's area, from and to, `(0, 1]`. Default `[0.02, 0.33]`.
    #[serde(default = "default_scale")]
    pub scale: [f64; 2],
    /// The rectangle's ratio of height to width, from and to, positive. Default `[0.3, 3.3]`.
    #[serde(default = "default_ratio")]
    pub ratio: [f64; 2],
    /// Whether the rectangle becomes noise, every pixel uniform from black to white. Default false.
    #[serde(default)]
    pub noise: bool,
    /// What it becomes otherwise, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn half() -> f64 {
    0.5
}

fn default_scale() -> [f64; 2] {
    [0.02, 0.33]
}

fn default_ratio() -> [f64; 2] {
    [0.3, 3.3]
}

impl Default for EraseConfig {
    fn default() -> Self {
        Self { p: half(), scale: default_scale(), ratio: default_ratio(), noise: false, fill: None }
    }
}

impl EraseConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomErasing, AugmentError> {
        Range::UNIT.check("p", self.p)?;
        draw::check("scale", self.scale, Range::UNIT)?;
        Range::POSITIVE.check("scale", self.scale[0])?;
        draw::check("ratio", self.ratio, Range::POSITIVE)?;
        Ok(RandomErasing { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for EraseConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Erases a rectangle whose share of the area is uniform, whose logarithm of the ratio is uniform, and whose place is
/// uniform, with a probability. If ten draws do not fit, nothing is erased. Built by [`EraseConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct RandomErasing {
    config: EraseConfig,
    fill: Fill,
}

impl RandomErasing {
    /// `[top, left, height, width]` of what is erased in an image of `size` = `[height, width]`.
    pub fn window(&self, size: [usize; 2], seed: Seed) -> Option<[usize; 4]> {
        let fits = |[height, width]: [usize; 2]| height < size[0] && width < size[1];
        // Height to width here, width to height there.
        let ratio = [1.0 / self.config.ratio[1], 1.0 / self.config.ratio[0]];
        let drawn = || draw::window(seed.at(0), size, self.config.scale, ratio, fits);
        (seed.uniform(0) < self.config.p).then(drawn).flatten()
    }
}

impl<T: Pixel> Transform<T> for RandomErasing {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let Some([top, left, height, width]) = self.window([image.height(), image.width()], seed) else {
            return;
        };
        if self.config.noise {
            let noise = |channel: usize, place: usize| {
                let shade = seed.at(1 + channel as u64).uniform(place as u64) as f32;
                if T::EIGHT_BIT { T::truncated(shade * 256.0) } else { T::truncated(shade) }
            };
            op::erase(image, top, left, height, width, noise);
        } else {
            op::erase(image, top, left, height, width, |channel, _| self.fill.pixel(channel));
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("erase", input[0])?;
        Ok(input)
    }
}

/// Squares at random places, erased (DeVries and Taylor: Improved regularization of convolutional neural networks with
/// cutout, 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = CutoutConfig { size: 8, count: 1, fill: None })]
pub struct CutoutConfig {
    /// Side of a square, in pixels, `[1, 65536]`.
    pub size: usize,
    /// Number of squares. Default 1.
    #[serde(default = "one")]
    pub count: usize,
    /// What a square becomes, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

impl CutoutConfig {
    /// One square of this side, in pixels.
    pub fn new(size: usize) -> Self {
        Self { size, count: one(), fill: None }
    }
}

fn one() -> usize {
    1
}

impl CutoutConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<Cutout, AugmentError> {
        draw::side("size", self.size, 1)?;
        let fill = Colour::fill(self.fill.as_ref())?;
        Ok(Cutout { size: self.size, count: self.count, fill })
    }
}

impl<T: Pixel> BuildTransform<T> for CutoutConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Erases squares whose middles are uniform over the pixels; what of them lies outside the image is cut off, as in the
/// paper. Built by [`CutoutConfig::build`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cutout {
    size: usize,
    count: usize,
    fill: Fill,
}

impl<T: Pixel> Transform<T> for Cutout {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        for square in 0..self.count as u64 {
            // From where to where along an axis.
            let span = |index, len: usize| {
                let start = draw::below(seed.at(square), index, len) as isize - (self.size / 2) as isize;
                let end = start.saturating_add_unsigned(self.size);
                (start.max(0) as usize, end.max(0) as usize)
            };
            let ((top, bottom), (left, right)) = (span(0, image.height()), span(1, image.width()));
            op::erase(image, top, left, bottom - top, right - left, |channel, _| self.fill.pixel(channel));
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("cutout", input[0])?;
        Ok(input)
    }
}
