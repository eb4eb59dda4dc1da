//! Lion.

use burn::tensor::Tensor;

use super::build::betas;
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{LionConfig, OptimError, StepSize};

/// `timm.optim.Lion` (Chen et al. 2023): `w ← (1 − lr · decay) w − lr · sign(β₁ m + (1 − β₁) g)`, then
/// `m ← β₂ m + (1 − β₂) g`.
#[derive(Debug)]
pub(super) struct Lion {
    betas: [f64; 2],
}

impl Lion {
    pub(super) fn new(config: &LionConfig) -> Result<Self, OptimError> {
        Ok(Self { betas: betas(config.betas)? })
    }
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
