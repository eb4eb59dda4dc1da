//! Lion.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Lion (Chen et al. 2023), as `timm.optim.Lion`: the sign of a momentum.
///
/// `w ← (1 − lr · decay) w − lr · sign(β₁ m + (1 − β₁) g)`, then `m ← β₂ m + (1 − β₂) g`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 3e-4, weight_decay: 0.1, ..Self::default() })]
pub struct LionConfig {
    /// Learning rate, at least 0. Default 0.0001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Weights of the momentum in the update and in the momentum itself, each `[0, 1)`. Default `[0.9, 0.99]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Decoupled weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for LionConfig {
    fn default() -> Self {
        Self { lr: 1e-4, betas: [0.9, 0.99], weight_decay: 0.0, decay_all: true }
    }
}

impl OptimKind for LionConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn has_step_size(&self) -> bool {
        false
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        let [beta1, beta2] = self.betas;
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!("θ ← θ − lr·sign({beta1}·m + (1 − {beta1})·g)"));
        lines.push(format!("m ← {beta2}·m + (1 − {beta2})·g"));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Lion { betas: betas(self.betas)? }))
    }
}

/// The rule of [`LionConfig`].
#[derive(Debug)]
struct Lion {
    betas: [f64; 2],
}

impl Rule for Lion {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let step = Step { keep: at.keep(), lr: at.lr, betas: self.betas };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}

#[derive(Clone, Copy)]
struct Step {
    keep: f64,
    lr: f64,
    betas: [f64; 2],
}

impl Formula<1> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean]: [V; 1]) -> (V, [V; 1]) {
        let direction = mean.clone().toward(gradient.clone(), self.betas[0]).signum();
        (weight.shrunk(self.keep) - direction * self.lr, [mean.toward(gradient, self.betas[1])])
    }
}
