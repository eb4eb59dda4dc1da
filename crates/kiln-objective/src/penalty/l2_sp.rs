//! The distance from the start weights (L2-SP).

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{ParamSelection, Range};
use kiln_optim::ScheduleConfig;
use serde::{Deserialize, Serialize};

use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use crate::schema::JsonSchema;

/// `λ Σ (w − w⁰)²` (no ½), with `w⁰` the weights that the training starts from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = L2SpConfig::new(1e-2))]
#[non_exhaustive]
pub struct L2SpConfig {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl L2SpConfig {
    /// λ on the weights, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, schedule: None }
    }

    /// On other parameters.
    #[must_use]
    pub fn params(self, params: ParamSelection) -> Self {
        Self { params, ..self }
    }
}

impl PenaltyKind for L2SpConfig {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: false,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(L2Sp { strength: self.strength }))
    }

    fn needs_start(&self) -> bool {
        true
    }

    fn formula(&self) -> String {
        "λ·Σ(w − w⁰)² (no ½), w⁰ the start weights".to_owned()
    }
}

/// `λ Σ (w − w⁰)²`, no ½: L2-SP of Li, Grandvalet and Davoine, "Explicit inductive bias for transfer learning with convolutional
/// networks" (2018, [arXiv 1802.01483](https://arxiv.org/abs/1802.01483)), whose α is 2 λ.
///
/// Gradient `2 λ (w − w⁰)`. Parameters that did not start from weights, such as a new last layer, have `w⁰ = 0`: the paper's β, which
/// is α here. For another β leave them out by `params`, and give them an `l2` of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct L2Sp {
    /// λ, at least 0.
    pub strength: f64,
}

/// The way from the start.
fn moved(weight: WeightView<'_>) -> Tensor<1> {
    match weight.start {
        Some(start) => weight.flat.sub(start),
        None => weight.flat,
    }
}

impl Penalty for L2Sp {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        moved(weight).square().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(moved(weight).mul_scalar(2.0 * self.strength))
    }

    fn needs_start(&self) -> bool {
        true
    }
}

impl fmt::Display for L2Sp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ (w − w⁰)²")
    }
}
