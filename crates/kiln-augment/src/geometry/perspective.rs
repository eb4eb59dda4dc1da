//! A random view from another side.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, draw, op};

/// A random perspective: torchvision's `RandomPerspective`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = PerspectiveConfig::default())]
pub struct PerspectiveConfig {
    /// How far the corners move inwards at most, in shares of half the image, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    pub distortion: f64,
    /// Probability, `[0, 1]`. Default 0.5.
    #[serde(default = "half")]
    pub p: f64,
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn half() -> f64 {
    0.5
}

impl Default for PerspectiveConfig {
    fn default() -> Self {
        Self { distortion: half(), p: half(), interpolation: Interpolation::Bilinear, fill: None }
    }
}

impl PerspectiveConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandomPerspective, AugmentError> {
        Range::UNIT.check("distortion", self.distortion)?;
        Range::UNIT.check("p", self.p)?;
        Ok(RandomPerspective { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for PerspectiveConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A perspective in which every corner moves inwards by a uniform number of pixels, with a probability. Built by
/// [`PerspectiveConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct RandomPerspective {
    config: PerspectiveConfig,
    fill: Fill,
}

impl RandomPerspective {
    /// Where the corners go: upper left, upper right, lower right, lower left, as (x, y) in pixels.
    pub fn corners(&self, size: [usize; 2], seed: Seed) -> [[f64; 2]; 4] {
        let inwards = |index, len: usize| {
            let most = (self.config.distortion * (len / 2) as f64) as usize;
            draw::below(seed, index, most + 1) as f64
        };
        let [last_y, last_x] = size.map(|len| len as f64 - 1.0);
        [
            [inwards(1, size[1]), inwards(2, size[0])],
            [last_x - inwards(3, size[1]), inwards(4, size[0])],
            [last_x - inwards(5, size[1]), last_y - inwards(6, size[0])],
            [inwards(7, size[1]), last_y - inwards(8, size[0])],
        ]
    }
}

impl<T: Pixel> Transform<T> for RandomPerspective {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        if seed.uniform(0) >= self.config.p {
            return;
        }
        let size = [image.height(), image.width()];
        let [last_y, last_x] = size.map(|len| len as f64 - 1.0);
        let start = [[0.0, 0.0], [last_x, 0.0], [last_x, last_y], [0.0, last_y]];
        // Corners on one line, in images of one or two pixels: nothing to see from another side.
        if let Some(coefficients) = op::perspective_coefficients(start, self.corners(size, seed)) {
            op::perspective(image, coefficients, self.config.interpolation, self.fill);
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("perspective", input[0])?;
        Ok(input)
    }
}
