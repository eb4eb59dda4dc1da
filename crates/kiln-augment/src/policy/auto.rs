//! AutoAugment: a pair of operations out of a learned list.

use kiln_core::Seed;
use serde::{Deserialize, Serialize};

use super::rand::check;
use super::{AutoPolicy, Space};
use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, draw};

/// AutoAugment (Cubuk, Zoph, Mané, Vasudevan, Le: AutoAugment: learning augmentation policies from data, 2018), with
/// torchvision's lists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = AutoAugmentConfig::default())]
pub struct AutoAugmentConfig {
    /// The data set that the list was learned on. Default `imagenet`.
    #[serde(default)]
    pub policy: AutoPolicy,
    /// How pixels are read. Default nearest, as torchvision.
    #[serde(default = "nearest")]
    pub interpolation: Interpolation,
    /// The colour outside, in shares of white: one number or one for each channel. Default: black.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Colour>,
}

fn nearest() -> Interpolation {
    Interpolation::Nearest
}

impl Default for AutoAugmentConfig {
    fn default() -> Self {
        Self { policy: AutoPolicy::default(), interpolation: nearest(), fill: None }
    }
}

impl AutoAugmentConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for a fill that is not from 0 to 1.
    pub fn build(&self) -> Result<AutoAugment, AugmentError> {
        Ok(AutoAugment { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for AutoAugmentConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// A pair of the list, each as likely as the others; each half happens with its probability, at its level, and half
/// of the signed ones are negative. Built by [`AutoAugmentConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct AutoAugment {
    config: AutoAugmentConfig,
    fill: Fill,
}

/// Number of levels.
const LEVELS: usize = 10;

impl<T: Pixel> Transform<T> for AutoAugment {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let pairs = self.config.policy.pairs();
        let pair = pairs[draw::below(seed, 0, pairs.len())];
        for (index, step) in pair.iter().enumerate() {
            let seed = seed.at(index as u64);
            if seed.uniform(0) >= step.p {
                continue;
            }
            let size = [image.height(), image.width()];
            let strength = Space::Auto.strength(step.operation, step.level, LEVELS, size).unwrap_or(0.0);
            let negative = Space::Auto.is_signed(step.operation) && seed.uniform(1) < 0.5;
            let strength = if negative { -strength } else { strength };
            step.operation.apply(image, strength, self.config.interpolation, self.fill);
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        check(input, self.fill, "auto-augment")
    }
}
