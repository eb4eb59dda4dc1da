//! TrivialAugment: one operation at a random level.

use kiln_core::Seed;
use kiln_core::check::at_least;
use serde::{Deserialize, Serialize};

use super::Space;
use super::rand::{check, random_step};
use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, draw};

/// TrivialAugment with the wide space (Müller and Hutter: TrivialAugment: tuning-free yet state-of-the-art data
/// augmentation, 2021), with torchvision's operations and strengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = TrivialAugmentConfig::default())]
pub struct TrivialAugmentConfig {
    /// Number of levels, at least 2. Default 31.
    #[serde(default = "thirty_one")]
    pub levels: usize,
    /// How pixels are read. Default nearest, as torchvision.
    #[serde(default = "nearest")]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn thirty_one() -> usize {
    31
}

fn nearest() -> Interpolation {
    Interpolation::Nearest
}

impl Default for TrivialAugmentConfig {
    fn default() -> Self {
        Self { levels: thirty_one(), interpolation: nearest(), fill: None }
    }
}

impl TrivialAugmentConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<TrivialAugment, AugmentError> {
        at_least("levels", self.levels, 2)?;
        Ok(TrivialAugment { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for TrivialAugmentConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// One operation of [`Space::TrivialWide`] at one level, each as likely as the others. Built by
/// [`TrivialAugmentConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct TrivialAugment {
    config: TrivialAugmentConfig,
    fill: Fill,
}

impl<T: Pixel> Transform<T> for TrivialAugment {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let TrivialAugmentConfig { levels, interpolation, .. } = self.config;
        let level = |seed| draw::below(seed, 2, levels);
        random_step(image, seed, Space::TrivialWide, level, levels, interpolation, self.fill);
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        check(input, self.fill, "trivial-augment")
    }
}
