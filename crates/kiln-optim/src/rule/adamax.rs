//! Adamax.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AdamaxConfig, OptimError, StepSize};

/// `torch.optim.Adamax` (Kingma and Ba 2015): `m ← β₁ m + (1 − β₁) g`, `u ← max(β₂ u, |g| + eps)`,
/// `w ← w − lr/(1 − β₁ᵗ) · m / u`.
#[derive(Debug)]
pub(super) struct Adamax {
    betas: [f64; 2],
    eps: f64,
}

impl Adamax {
    pub(super) fn new(config: &AdamaxConfig) -> Result<Self, OptimError> {
        Ok(Self { betas: betas(config.betas)?, eps: check("eps", config.eps, Range::POSITIVE)? })
    }
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
