//! L1 by cumulative steps.

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

/// `λ Σ |w|` by proximal steps that remember what they could not take, for noisy gradients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = CumulativeL1Config::new(1e-4))]
pub struct CumulativeL1Config {
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

impl CumulativeL1Config {
    /// λ on the weights, the same all the time.
    pub fn new(strength: f64) -> Self {
        Self { strength, params: ParamSelection::Weights, schedule: None }
    }
}

impl PenaltyKind for CumulativeL1Config {
    fn shared(&self) -> Shared<'_> {
        Shared {
            strength: self.strength,
            schedule: self.schedule.as_ref(),
            params: Some(&self.params),
            proximal: true,
        }
    }

    fn on_weights(&self) -> Option<Box<dyn Penalty>> {
        Some(Box::new(CumulativeL1 { strength: self.strength }))
    }

    fn make_sparse(&mut self, strength: f64) -> bool {
        self.strength = strength;
        true
    }

    fn elastic(&self) -> Option<Elastic> {
        Some(Elastic { l1: self.strength, l2: 0.0 })
    }

    fn formula(&self) -> String {
        "λ·Σ|w|".to_owned()
    }

    fn how(&self) -> &'static str {
        "by cumulative proximal steps"
    }

    fn convention(&self) -> Option<Convention> {
        Some(Convention::KilnL1)
    }
}

/// `λ Σ |w|` for noisy gradients: each weight owes the penalty of all steps so far, and at every step pays as much of what it still
/// owes as takes it to 0 (Tsuruoka, Tsujii, Ananiadou: Stochastic gradient descent training for L1-regularized log-linear models
/// with cumulative penalty, 2009). scikit-learn's `SGDClassifier(penalty="l1")`.
///
/// A plain proximal step forgets what it could not take from a weight at 0; noise of one batch then makes the weight come back. With
/// `u` what is owed and `q` what was paid, `w ← max(0, w − (u + q))` above 0 and `min(0, w + (u − q))` below.
#[derive(Debug, Clone, PartialEq)]
pub struct CumulativeL1 {
    /// λ, at least 0.
    pub strength: f64,
}

impl Penalty for CumulativeL1 {
    fn value(&self, weight: WeightView<'_>) -> Tensor<1> {
        weight.flat.abs().sum().mul_scalar(self.strength)
    }

    fn gradient(&self, weight: WeightView<'_>) -> Option<Tensor<1>> {
        Some(weight.flat.sign().mul_scalar(self.strength))
    }

    /// The first step, which is that of L1.
    fn prox(&self, weight: WeightView<'_>, size: &StepSize) -> Option<Tensor<1>> {
        Some(soft_threshold(weight.flat, size, self.strength))
    }

    fn slots(&self) -> &'static [&'static str] {
        &["owed", "paid"]
    }

    fn prox_after(
        &self,
        weight: WeightView<'_>,
        size: &StepSize,
        memory: &mut Vec<Tensor<1>>,
    ) -> Option<Tensor<1>> {
        let weight = weight.flat;
        let step = match size {
            StepSize::Same(size) => weight.full_like(size * self.strength),
            StepSize::Each(sizes) => sizes.clone().mul_scalar(self.strength),
        };
        let mut kept = memory.drain(..);
        let (owed, paid) = (kept.next(), kept.next());
        drop(kept);
        let owed = owed.unwrap_or_else(|| weight.zeros_like()).add(step);
        let paid = paid.unwrap_or_else(|| weight.zeros_like());
        let above = weight.clone().sub(owed.clone().add(paid.clone())).clamp_min(0.0);
        let below = weight.clone().add(owed.clone().sub(paid.clone())).clamp_max(0.0);
        let moved = weight
            .zeros_like()
            .mask_where(weight.clone().greater_elem(0.0), above)
            .mask_where(weight.clone().lower_elem(0.0), below);
        memory.extend([owed, paid.add(moved.clone().sub(weight))]);
        Some(moved)
    }

    fn is_proximal(&self) -> bool {
        true
    }
}

impl fmt::Display for CumulativeL1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        formula(f, self.strength, "Σ |w|, cumulative")
    }
}
