//! RandAugment: some operations at random, all at one level.

use kiln_core::check::at_least;
use kiln_core::{Range, Seed};
use serde::{Deserialize, Serialize};

use super::Space;
use crate::fill::Colour;
use crate::schema::JsonSchema;
use crate::transform_kind::{BuildTransform, boxed};
use crate::{AugmentError, Fill, Image, Interpolation, Pixel, Transform, draw};

/// RandAugment (Cubuk, Zoph, Shlens, Le: RandAugment: practical automated data augmentation with a reduced search space,
/// 2019), with torchvision's operations and strengths.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = RandAugmentConfig::default())]
pub struct RandAugmentConfig {
    /// Operations in a row. Default 2.
    #[serde(default = "two")]
    pub operations: usize,
    /// Level of all of them, `[0, levels − 1]`. Default 9.
    #[serde(default = "nine")]
    pub level: usize,
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

fn two() -> usize {
    2
}

fn nine() -> usize {
    9
}

fn thirty_one() -> usize {
    31
}

fn nearest() -> Interpolation {
    Interpolation::Nearest
}

impl Default for RandAugmentConfig {
    fn default() -> Self {
        Self { operations: two(), level: nine(), levels: thirty_one(), interpolation: nearest(), fill: None }
    }
}

impl RandAugmentConfig {
    /// The transform.
    ///
    /// # Errors
    /// [`AugmentError::Number`] for settings out of their ranges.
    pub fn build(&self) -> Result<RandAugment, AugmentError> {
        at_least("levels", self.levels, 2)?;
        Range::between(0.0, (self.levels - 1) as f64).check("level", self.level as f64)?;
        Ok(RandAugment { fill: Colour::fill(self.fill.as_ref())?, config: self.clone() })
    }
}

impl<T: Pixel> BuildTransform<T> for RandAugmentConfig {
    fn boxed(&self, place: &str) -> Result<Box<dyn Transform<T>>, AugmentError> {
        boxed(place, self.build())
    }
}

/// Operations of [`Space::Rand`], each as likely as the others, all at one level; half of the signed ones are negative.
/// Built by [`RandAugmentConfig::build`].
#[derive(Debug, Clone, PartialEq)]
pub struct RandAugment {
    config: RandAugmentConfig,
    fill: Fill,
}

impl<T: Pixel> Transform<T> for RandAugment {
    fn apply(&self, image: &mut Image<T>, seed: Seed) {
        let RandAugmentConfig { operations, level, levels, interpolation, .. } = self.config;
        for step in 0..operations as u64 {
            random_step(image, seed.at(step), Space::Rand, |_| level, levels, interpolation, self.fill);
        }
    }

    fn output_shape(&self, input: [usize; 3]) -> Result<[usize; 3], AugmentError> {
        check(input, self.fill, "rand-augment")
    }
}

/// One operation of a space, each as likely as the others, at the level that `level` draws.
pub(super) fn random_step<T: Pixel>(
    image: &mut Image<T>,
    seed: Seed,
    space: Space,
    level: impl Fn(Seed) -> usize,
    levels: usize,
    interpolation: Interpolation,
    fill: Fill,
) {
    let operations = space.operations();
    let operation = operations[draw::below(seed, 0, operations.len())];
    let size = [image.height(), image.width()];
    let strength = space.strength(operation, level(seed), levels, size).unwrap_or(0.0);
    let negative = space.is_signed(operation) && seed.uniform(1) < 0.5;
    operation.apply(image, if negative { -strength } else { strength }, interpolation, fill);
}

/// Policies change colours: images have one channel or three.
pub(super) fn check(input: [usize; 3], fill: Fill, name: &str) -> Result<[usize; 3], AugmentError> {
    fill.check(name, input[0])?;
    if input[0] == 1 || input[0] == 3 {
        return Ok(input);
    }
    let expected = "1 or 3 channels".to_owned();
    Err(AugmentError::Channels { name: name.to_owned(), expected, found: input[0] })
}
