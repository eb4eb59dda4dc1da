//! The L1 penalty (lasso).

use std::fmt;

use burn::tensor::Tensor;
use kiln_core::{ParamSelection, Range};
use kiln_optim::{Elastic, ScheduleConfig, StepSize};
use serde::{Deserialize, Serialize};

use super::convention::Convention;
use super::kind::{PenaltyKind, Shared};
use super::on_weights::{Penalty, WeightView, formula};
use super::proximal::soft_threshold;
use crate::schema::JsonSchema;

/// `λ Σ |w|`: the lasso.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = L1Config { proximal: true, ..L1Config::new(1e-4) })]
pub struct L1Config {
    /// λ, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub strength: f64,
    /// The parameters it acts on. Default: weights.
    #[serde(default)]
    pub params: ParamSelection,
    /// Whether the step is proximal, which gives exact zeros. Default false.
    #[serde(default)]
    pub proximal: bool,
    /// How λ changes over the run. Default: not at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schedule: Option<ScheduleConfig>,
}

impl L1Config {
    /// λ on the weights, by its gradient, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, proximal: false, schedule: None }
    }
}

impl PenaltyKind for L1Config {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: self.proximal,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(L1 { strength: self.strength }))
    }

    fn make_sparse(&mut self, strength: f64) -> bool {
        (self.strength, self.proximal) = (strength, true);
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.strength, l2: 0.0 })
    }

    fn l1_ratio(&self) -> Option<f64> {
        Some(1.0)
    }

    fn formula(&self) -> String {
        "λ·Σ|w|".to_owned()
    }

    fn convention(&self) -> Option<Convention> {
        Some(Convention::KilnL1)
    }
}

/// `λ Σ |w|`.
///
/// Gradient `λ sign(w)`, 0 at `w = 0`. Proximal step: `w` moves towards 0 by `size · λ` and stops there, which gives
/// exact zeros (Tibshirani 1996; Parikh and Boyd, Proximal Algorithms, 2014).
#[derive(Debug, Clone, PartialEq)]
pub struct L1 {
    /// λ, at least 0.
    pub strength: f64,
}

impl Penalty for L1 {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.abs().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(weight.flat.sign().mul_scalar(self.strength))
    }

    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(soft_threshold(weight.flat, size, self.strength))
    }

    fn is_proximal(&self) -> bool {
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.strength, l2: 0.0 })
    }
}

impl fmt::Display for L1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ |w|")
    }
}
