//! Periodic features with phases, a linear layer, and the number itself.

use std::f64::consts::{PI, TAU};

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use kiln_core::{NumberError, Range, check};
use serde::{Deserialize, Serialize};

use super::kind::EmbeddingKind;
use super::per_number::{PerNumber, by_item, by_number};
use crate::init::Init;
use crate::schema::JsonSchema;

/// Cosines of a number at frequencies and phases that are learned, a linear layer, and the number itself: `[W cos(2πfx + φ) + b, x]`, with
/// other weights for every number. RealMLP's, with its defaults (Holzmüller, Grinsztajn and Steinwart 2024; pytabkit). The numbers
/// themselves come after all other features that they become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { width: 8, ..Self::default() })]
pub struct PbldConfig {
    /// Features that a number becomes, with itself, at least 2. Default 4.
    #[schemars(range(min = 2))]
    pub width: usize,
    /// Frequencies of each number, at least 1. Default 16.
    #[schemars(range(min = 1))]
    pub frequencies: usize,
    /// Standard deviation of the frequencies at the start, greater than 0. Default 0.1.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub sigma: f64,
}

impl Default for PbldConfig {
    fn default() -> Self {
        Self { width: 4, frequencies: 16, sigma: 0.1 }
    }
}

impl EmbeddingKind for PbldConfig {
    fn check(&self) -> Result<(), NumberError> {
        check::at_least("model.embedding.width", self.width, 2)?;
        check::at_least("model.embedding.frequencies", self.frequencies, 1)?;
        Range::POSITIVE.check("model.embedding.sigma", self.sigma).map(|_| ())
    }

    fn width(&self) -> usize {
        self.width
    }

    fn number_of(&self, feature: usize, numbers: usize) -> usize {
        let waves = self.width - 1;
        feature.checked_sub(numbers * waves).unwrap_or(feature / waves)
    }

    fn parameters(&self, _: usize) -> Option<usize> {
        let linear = PerNumber::parameters(self.frequencies, self.width.checked_sub(1)?)?;
        self.frequencies.checked_mul(2)?.checked_add(linear)
    }
}

impl PbldConfig {
    pub(super) fn layer(&self, init: &mut Init<'_>, numbers: usize) -> Pbld {
        let seed = init.next_layer();
        let dims = [numbers, self.frequencies];
        Pbld {
            frequencies: init.normal(dims, self.sigma, seed.at(0)),
            phases: init.between(dims, PI, seed.at(1)),
            linear: PerNumber::new(init, numbers, self.frequencies, self.width - 1),
        }
    }
}

/// The layer of [`PbldConfig`].
#[derive(Module, Debug)]
pub(crate) struct Pbld {
    /// `[numbers, frequencies]`.
    frequencies: Param<Tensor<2>>,
    /// `[numbers, frequencies]`.
    phases: Param<Tensor<2>>,
    linear: PerNumber,
}

impl Pbld {
    pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let angles = by_number(x.clone()).mul(self.frequencies.val().unsqueeze_dim(1)).mul_scalar(TAU);
        let waves = angles.add(self.phases.val().unsqueeze_dim(1)).cos();
        Tensor::cat(vec![by_item(self.linear.forward(waves)), x], 1)
    }
}
