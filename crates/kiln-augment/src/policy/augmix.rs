//! AugMix: the mean of an image and of several changed ones.

use kiln_core::check::at_least;
use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::Space;
use super::rand::{check, random_step};
use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, draw, op};

/// AugMix (Hendrycks, Mu, Cubuk, Zoph, Gilmer, Lakshminarayanan: AugMix: a simple data processing method to improve
/// robustness and uncertainty, 2019), with torchvision's operations and strengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = AugMixConfig::default())]
pub struct AugMixConfig {
    /// Levels are below this one, `[1, 10]`. Default 3.
    #[serde(default = "three")]
    pub severity: usize,
    /// Number of changed images, at least 1. Default 3.
    #[serde(default = "three")]
    pub width: usize,
    /// Operations that each is changed by; 0: one to three, at random. Default 0.
    #[serde(default)]
    pub depth: usize,
    /// α of the shares' distributions: Dirichlet(α, …, α) among the changed ones, Beta(α, α) between the image and all of
    /// them, positive. Default 1.
    #[serde(default = "one")]
    pub alpha: f64,
    /// How pixels are read. Default bilinear.
    #[serde(default)]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn three() -> usize {
    3
}

fn one() -> f64 {
    1.0
}

impl Default for AugMixConfig {
    fn default() -> Self {
        let interpolation = Interpolation::Bilinear;
        Self { severity: three(), width: three(), depth: 0, alpha: one(), interpolation, fill: None }
    }
}

impl AugMixConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<AugMix, AugmentError> {
        Range::between(1.0, LEVELS as f64).check("severity", self.severity as f64)?;
        at_least("width", self.width, 1)?;
        Range::POSITIVE.check("alpha", self.alpha)?;
        Ok(AugMix { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for AugMixConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Number of levels.
const LEVELS: usize = 10;

/// The weighted sum of an image and of images changed by chains of operations of [`Space::Mix`]. Built by
/// [`AugMixConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct AugMix {
    config: AugMixConfig,
    fill: Fill,
}

impl AugMix {
    /// The share of the image and those of the changed ones; they sum to 1.
    pub fn shares(&self, seed: Seed) -> Vec<f64> {
        let alpha = self.config.alpha;
        let gammas = |seed: Seed, count: usize| -> Vec<f64> {
            let gammas: Vec<f64> =
                (0..count as u64).map(|index| draw::gamma(seed.at(index), alpha)).collect();
            let total: f64 = gammas.iter().sum();
            gammas
                .into_iter()
                .map(|gamma| if total > 0.0 { gamma / total } else { 1.0 / count as f64 })
                .collect()
        };
        let image = gammas(seed.at(0), 2)[0];
        let changed = gammas(seed.at(1), self.config.width);
        std::iter::once(image).chain(changed.into_iter().map(|share| share * (1.0 - image))).collect()
    }
}

impl<T: Pixel> Transform<T> for AugMix {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let config = &self.config;
        let shares = self.shares(seed.at(0));
        let mut sum: Vec<f32> = Vec::new();
        op::add_share(&mut sum, image, shares[0]);
        let mut changed = Image::default();
        for (chain, share) in shares[1..].iter().enumerate() {
            let seed = seed.at(1 + chain as u64);
            changed.clone_from(image);
            let depth = if config.depth > 0 { config.depth } else { 1 + draw::below(seed, 0, 3) };
            for step in 0..depth as u64 {
                let level = |seed| draw::below(seed, 2, config.severity);
                let seed = seed.at(step);
                random_step(&mut changed, seed, Space::Mix, level, LEVELS, config.interpolation, self.fill);
            }
            op::add_share(&mut sum, &changed, *share);
        }
        op::set_sum(image, &sum);
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        check(input, self.fill, "aug-mix")
    }
}
