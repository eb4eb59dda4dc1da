//! The L2 penalty (ridge).

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{ParamSelection, Range};
use kiln_optim::{Elastic, ScheduleConfig, StepSize};
use serde::{Deserialize, Serialize};

use super::convention::Convention;
use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use super::proximal::shrink;
use crate::schema::JsonSchema;

/// `λ Σ w²` (no ½: twice as strong as a weight decay of the same number).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = L2Config::new(1e-3))]
pub struct L2Config {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal. Default false.
    #[serde(default)]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl L2Config {
    /// λ on the weights, by its gradient, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, proximal: false, schedule: None }
    }
}

impl PenaltyKind for L2Config {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: self.proximal,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(L2 { strength: self.strength }))
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: 0.0, l2: 2.0 * self.strength })
    }

    fn formula(&self) -> String {
        "λ·Σw² (no ½)".to_owned()
    }

    fn convention(&self) -> Option<Convention> {
        Some(Convention::KilnL2)
    }
}

/// `λ Σ w²`, no ½, as in Keras and in scikit-learn's `Ridge`; by default biases and normalisation layers are left out.
///
/// Gradient `2 λ w`: a coupled weight decay of `2 λ`. Proximal step: `w / (1 + 2 · size · λ)`.
#[derive(Debug, Clone, PartialEq)]
pub struct L2 {
    /// λ, at least 0.
    pub strength: f64,
}

impl Penalty for L2 {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.square().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(weight.flat.mul_scalar(2.0 * self.strength))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(shrink(weight.flat, size, 2.0 * self.strength))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: 0.0, l2: 2.0 * self.strength })
    }
}

impl fmt::Display for L2 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ w²")
    }
}
