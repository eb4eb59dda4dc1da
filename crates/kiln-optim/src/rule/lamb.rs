//! LAMB.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::{At, Gradient, Kept, Rule, Slot, lerp};
use crate::{LambConfig, OptimError, StepSize};

/// `timm.optim.Lamb` (You et al. 2020): with `m` and `v` as in Adam,
/// `u = m/(1 − β₁ᵗ) / (√v/√(1 − β₂ᵗ) + eps) + decay · w`, `w ← w − lr · ‖w‖/‖u‖ · u`.
///
/// The ratio is 1 where a norm is 0, and on parameters without decay unless it always adapts. It needs two norms
/// before a weight can change, so there is no update in one pass.
#[derive(Debug)]
pub(super) struct Lamb {
    betas: [f64; 2],
    eps: f64,
    trust_clip: bool,
    always_adapt: bool,
}

impl Lamb {
    pub(super) fn new(config: &LambConfig) -> Result<Self, OptimError> {
        Ok(Self {
            betas: betas(config.betas)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
            trust_clip: config.trust_clip,
            always_adapt: config.always_adapt,
        })
    }
}

impl Rule for Lamb {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_sq"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let ([beta1, beta2], gradient) = (self.betas, gradient.tensor(&weight));
        let mut slots = kept.tensors.into_iter();
        let mean = slots.next().unwrap_or_else(|| weight.zeros_like());
        let square = slots.next().unwrap_or_else(|| weight.zeros_like());
        let mean = lerp(mean, gradient.clone(), 1.0 - beta1);
        let square = lerp(square, gradient.square(), 1.0 - beta2);
        let root = 1.0 / (1.0 - beta2.powf(at.t())).sqrt();
        let under = square.clone().sqrt().mul_scalar(root).add_scalar(self.eps);
        let mut moved = mean.clone().mul_scalar(1.0 / (1.0 - beta1.powf(at.t()))).div(under);
        if at.weight_decay != 0.0 {
            moved = moved.add(weight.clone().mul_scalar(at.weight_decay));
        }
        if at.weight_decay != 0.0 || self.always_adapt {
            moved = moved.clone().mul(self.trust(weight.clone(), moved));
        }
        (weight.sub(moved.mul_scalar(at.lr)), vec![mean, square].into())
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}

impl Lamb {
    /// `‖w‖/‖u‖`, `[1]`, on the device.
    fn trust(&self, weight: Tensor<1>, moved: Tensor<1>) -> Tensor<1> {
        let weight = weight.square().sum().sqrt();
        let moved = moved.square().sum().sqrt();
        let none = weight.clone().equal_elem(0.0).bool_or(moved.clone().equal_elem(0.0));
        let ratio = weight.div(moved).mask_fill(none, 1.0);
        if self.trust_clip { ratio.clamp_max(1.0) } else { ratio }
    }
}
