//! A window of random size and place, resized to one size.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Image, Interpolation, Pixel, Transform, Warp, draw, op};

/// A window of random area, ratio and place, resized: torchvision's `RandomResizedCrop`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ResizedCropConfig::square(32))]
pub struct ResizedCropConfig {
    /// `[height, width]` of the result, in pixels, `[1, 65536]`.
    pub size: [usize; 2],
    /// The window's share of the image's area, from and to, `(0, 1]`. Default `[0.08, 1]`.
    #[serde(default = "default_scale")]
    pub scale: [f64; 2],
    /// The window's ratio of width to height, from and to, positive. Default: from 3/4 to 4/3.
    #[serde(default = "default_ratio")]
    pub ratio: [f64; 2],
    /// How it is resized. Default bilinear, with a filter as wide as an output pixel.
    #[serde(default)]
    pub interpolation: Interpolation,
}

fn default_scale() -> [f64; 2] {
    [0.08, 1.0]
}

fn default_ratio() -> [f64; 2] {
    [3.0 / 4.0, 4.0 / 3.0]
}

impl ResizedCropConfig {
    /// A result of `size` × `size` pixels, with torchvision's defaults.
    pub fn square(size: usize) -> Self {
        Self {
            size: [size, size],
            scale: default_scale(),
            ratio: default_ratio(),
            interpolation: Interpolation::Bilinear,
        }
    }

    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] or [`AugmentError::Order`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomResizedCrop, AugmentError> {
        for size in self.size {
            draw::side("size", size, 1)?;
        }
        draw::check("scale", self.scale, Range::UNIT)?;
        Range::POSITIVE.check("scale", self.scale[0])?;
        draw::check("ratio", self.ratio, Range::POSITIVE)?;
        Ok(RandomResizedCrop { config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for ResizedCropConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A window whose share of the area is uniform, whose logarithm of the ratio is uniform, and whose place is uniform, resized.
/// If ten draws do not fit into the image, the largest window in the middle whose ratio is allowed. Built by
/// [`ResizedCropConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct RandomResizedCrop {
    config: ResizedCropConfig,
}

impl RandomResizedCrop {
    /// `[top, left, height, width]` of the window in an image of `size` = `[height, width]`.
    pub fn window(&self, size: [usize; 2], seed: Seed) -> [usize; 4] {
        let [height, width] = size;
        let ResizedCropConfig { scale, ratio, .. } = self.config;
        let fits = |[h, w]: [usize; 2]| (1..=height).contains(&h) && (1..=width).contains(&w);
        draw::window(seed, size, scale, ratio, fits).unwrap_or_else(|| {
            let found = width as f64 / height.max(1) as f64;
            let (h, w) = if found < ratio[0] {
                ((width as f64 / ratio[0]).round_ties_even() as usize, width)
            } else if found > ratio[1] {
                (height, (height as f64 * ratio[1]).round_ties_even() as usize)
            } else {
                (height, width)
            };
            let (h, w) = (h.clamp(1.min(height), height), w.clamp(1.min(width), width));
            [(height - h) / 2, (width - w) / 2, h, w]
        })
    }

    fn draw(&self, [_, height, width]: [usize; 3], seed: Seed) -> Warp {
        let [top, left, h, w] = self.window([height, width], seed);
        op::resized([height, width], top, left, [h, w], self.config.size, self.config.interpolation)
    }
}

impl<T: Pixel> Transform<T> for RandomResizedCrop {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        self.draw(image.shape(), seed).apply(image);
    }

    fn warp(&self, shape: [usize; 3], seed: Seed) -> Option<Warp> {
        Some(self.draw(shape, seed))
    }

    fn output_shape(&self, [channels, ..]: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        Ok([channels, self.config.size[0], self.config.size[1]])
    }
}
