//! Random elastic distortion.

use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, op};

/// An elastic distortion: torchvision's `ElasticTransform` (Simard, Steinkraus, Platt: Best practices for convolutional
/// neural networks applied to visual document analysis, 2003).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = ElasticConfig::default())]
pub struct ElasticConfig {
    /// Strength of the displacements, at least 0. Default 50.
    #[serde(default = "default_alpha")]
    pub alpha: f64,
    /// Smoothness of the displacements: standard deviation in pixels, positive, at most 100. Default 5.
    #[serde(default = "default_sigma")]
    pub sigma: f64,
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn default_alpha() -> f64 {
    50.0
}

fn default_sigma() -> f64 {
    5.0
}

impl Default for ElasticConfig {
    fn default() -> Self {
        let (alpha, sigma) = (default_alpha(), default_sigma());
        Self { alpha, sigma, interpolation: Interpolation::Bilinear, fill: None }
    }
}

impl ElasticConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<Elastic, AugmentError> {
        Range::at_least(0.0).check("alpha", self.alpha)?;
        Range::POSITIVE.check("sigma", self.sigma)?;
        Range::between(0.0, 100.0).check("sigma", self.sigma)?;
        let fill = Colour::fill(self.fill.as_ref())?;
        let kernel = op::filter::gaussian((8.0 * self.sigma + 1.0) as usize | 1, self.sigma);
        Ok(Elastic { alpha: self.alpha, interpolation: self.interpolation, fill, kernel })
    }
}

impl<T: Pixel> BuildTransform<T> for ElasticConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Every pixel is read from a place that is shifted across and down by uniform numbers, smoothed by a Gaussian. Built by
/// [`ElasticConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct Elastic {
    alpha: f64,
    interpolation: Interpolation,
    fill: Fill,
    kernel: Vec<f32>,
}

impl Elastic {
    /// The displacements of all pixels along one axis, in the unit of [`op::elastic`].
    fn displacements(&self, size: [usize; 2], len: usize, seed: Seed) -> Vec<f32> {
        let pixels = size[0] * size[1];
        let noise: Vec<f32> = (0..pixels as u64).map(|i| (2.0 * seed.uniform(i) - 1.0) as f32).collect();
        let mut smooth = vec![0.0; pixels];
        op::filter::blur_plane(&noise, size[1], &self.kernel, &mut smooth);
        let scale = (self.alpha / len as f64) as f32;
        smooth.iter_mut().for_each(|displacement| *displacement *= scale);
        smooth
    }
}

impl<T: Pixel> Transform<T> for Elastic {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let size = [image.height(), image.width()];
        if size.contains(&0) {
            return;
        }
        // torchvision divides what goes across by the height, and what goes down by the width.
        let across = self.displacements(size, size[0], seed.at(0));
        let down = self.displacements(size, size[1], seed.at(1));
        op::elastic(image, &across, &down, self.interpolation, self.fill);
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        self.fill.check("elastic", input[0])?;
        Ok(input)
    }
}
