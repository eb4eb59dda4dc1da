//! Adamax.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adamax (Kingma and Ba 2015), as `torch.optim.Adamax`: Adam with the largest magnitude in place of the second moment.
///
/// `m ← β₁ m + (1 − β₁) g`, `u ← max(β₂ u, |g| + eps)`, `w ← w − lr/(1 − β₁ᵗ) · m / u`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 5e-3, ..Self::default() })]
pub struct AdamaxConfig {
    /// Learning rate, at least 0. Default 0.002.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the mean and of the largest magnitude, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the magnitude of the gradient, positive. Default 1e-8.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdamaxConfig {
    fn default() -> Self {
        Self { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.0, decay_all: true }
    }
}

impl OptimKind for AdamaxConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        let [beta1, beta2] = self.betas;
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!("m ← {beta1}·m + (1 − {beta1})·g;  u ← max({beta2}·u, |g| + {:?})", self.eps));
        lines.push(format!("θ ← θ − lr·m/(1 − {beta1}ᵗ)/u"));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let (betas, eps) = (betas(self.betas)?, check("eps", self.eps, Range::POSITIVE)?);
        Ok(Box::new(Adamax { betas, eps }))
    }
}

/// The rule of [`AdamaxConfig`].
#[derive(Debug)]
struct Adamax {
    betas: [f64; 2],
    eps: f64,
}

impl Rule for Adamax {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_inf"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let rate = at.lr / (1.0 - self.betas[0].powf(at.t()));
        let step = Step { decay: at.weight_decay, betas: self.betas, rate, eps: self.eps };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        Some(StepSize::over(at.lr, kept.tensors.get(1)?.clone()))
    }
}

#[derive(Clone, Copy)]
struct Step {
    decay: f64,
    betas: [f64; 2],
    rate: f64,
    eps: f64,
}

impl Formula<2> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean, largest]: [V; 2]) -> (V, [V; 2]) {
        let gradient = gradient.decayed(&weight, self.decay);
        let mean = mean.toward(gradient.clone(), self.betas[0]);
        let largest = (largest * self.betas[1]).larger(gradient.magnitude() + self.eps);
        (weight - mean.clone() * self.rate / largest.clone(), [mean, largest])
    }
}
