//! Periodic features, a linear layer, ReLU.

use std::f64::consts::TAU;

use burn::module::{Module, Param};
use burn::tensor::{Tensor, activation};
use kiln_core::{NumberError, Range, check};
use serde::{Deserialize, Serialize};

use super::kind::EmbeddingKind;
use super::per_number::{PerNumber, by_item, by_number};
use crate::init::Init;
use crate::schema::JsonSchema;

/// Cosines and sines of a number at frequencies that are learned, then a linear layer and ReLU, with other weights for every number:
/// `relu(W [cos 2πfx, sin 2πfx] + b)`. rtdl-num-embeddings' `PeriodicEmbeddings` with `lite=False`, and its defaults (Gorishniy, Rubachev
/// and Babenko 2022).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { sigma: 0.1, ..Self::default() })]
pub struct PlrConfig {
    /// Features that a number becomes, at least 1. Default 24.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// Frequencies of each number, at least 1. Default 48.
    #[schemars(range(min = 1))]
    pub frequencies: usize,
    /// Standard deviation of the frequencies at the start, greater than 0: what matters most. Default 0.01.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub sigma: f64,
}

impl Default for PlrConfig {
    fn default() -> Self {
        Self { width: 24, frequencies: 48, sigma: 0.01 }
    }
}

impl EmbeddingKind for PlrConfig {
    fn check(&self) -> Result<(), NumberError> {
        check::at_least("model.embedding.width", self.width, 1)?;
        check::at_least("model.embedding.frequencies", self.frequencies, 1)?;
        Range::POSITIVE.check("model.embedding.sigma", self.sigma).map(|_| ())
    }

    fn width(&self) -> usize {
        self.width
    }

    fn parameters(&self, _: usize) -> Option<usize> {
        PerNumber::parameters(self.frequencies.checked_mul(2)?, self.width)?.checked_add(self.frequencies)
    }
}

impl PlrConfig {
    pub(super) fn layer(&self, init: &mut Init<'_>, numbers: usize) -> Plr {
        let seed = init.next_layer();
        Plr {
            frequencies: init.normal([numbers, self.frequencies], self.sigma, seed.at(0)),
            linear: PerNumber::new(init, numbers, 2 * self.frequencies, self.width),
        }
    }
}

/// The layer of [`PlrConfig`].
#[derive(Module, Debug)]
pub(crate) struct Plr {
    /// `[numbers, frequencies]`.
    frequencies: Param<Tensor<2>>,
    linear: PerNumber,
}

impl Plr {
    pub(super) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let angles = by_number(x).mul(self.frequencies.val().unsqueeze_dim(1)).mul_scalar(TAU);
        let waves = Tensor::cat(vec![angles.clone().cos(), angles.sin()], 2);
        by_item(activation::relu(self.linear.forward(waves)))
    }
}
