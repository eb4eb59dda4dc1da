//! Adan.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AdanConfig, OptimError, StepSize};

/// `timm.optim.Adan` (Xie et al. 2023): with `d` the change of the gradient since the last update (0 at the first),
/// `m ← β₁ m + (1 − β₁) g`, `e ← β₂ e + (1 − β₂) d`, `n ← β₃ n + (1 − β₃)(g + β₂ d)²`,
/// `w ← w − lr · [m/(1 − β₁ᵗ) + β₂ e/(1 − β₂ᵗ)] / (√(n/(1 − β₃ᵗ)) + eps)`, then `w ← w/(1 + lr · decay)`.
///
/// Without the proximal form the decay multiplies the weight by `1 − lr · decay` first.
#[derive(Debug)]
pub(super) struct Adan {
    betas: [f64; 3],
    eps: f64,
    no_prox: bool,
}

impl Adan {
    pub(super) fn new(config: &AdanConfig) -> Result<Self, OptimError> {
        Ok(Self {
            betas: betas(config.betas)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
            no_prox: config.no_prox,
        })
    }
}

impl Rule for Adan {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_diff", "exp_avg_sq", "neg_pre_grad"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let corrected = self.betas.map(|beta| 1.0 - beta.powf(at.t()));
        let proximal = 1.0 / (1.0 + at.lr * at.weight_decay);
        let step = Step {
            before: if self.no_prox { at.keep() } else { 1.0 },
            after: if self.no_prox { 1.0 } else { proximal },
            betas: self.betas,
            mean: at.lr / corrected[0],
            difference: at.lr * self.betas[1] / corrected[1],
            root: 1.0 / corrected[2].sqrt(),
            eps: self.eps,
            changed: if at.step == 1 { 0.0 } else { 1.0 },
        };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let root = 1.0 / (1.0 - self.betas[2].powf(at.t())).sqrt();
        let square = kept.tensors.get(2)?.clone();
        Some(StepSize::over(at.lr, square.sqrt().mul_scalar(root).add_scalar(self.eps)))
    }
}

#[derive(Clone, Copy)]
struct Step {
    /// Factor of the weight before the step.
    before: f64,
    /// Factor of the weight after it.
    after: f64,
    betas: [f64; 3],
    /// Factor of the mean.
    mean: f64,
    /// Factor of the mean difference.
    difference: f64,
    root: f64,
    eps: f64,
    /// 1 where there is a gradient before this one.
    changed: f64,
}

impl Formula<4> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, kept: [V; 4]) -> (V, [V; 4]) {
        let [mean, difference, square, before] = kept;
        let [beta1, beta2, beta3] = self.betas;
        let change = (gradient.clone() + before) * self.changed;
        let mean = mean.toward(gradient.clone(), beta1);
        let difference = difference.toward(change.clone(), beta2);
        let square = square.toward((change * beta2 + gradient.clone()).squared(), beta3);
        let under = square.clone().root() * self.root + self.eps;
        let moved = (mean.clone() * self.mean + difference.clone() * self.difference) / under;
        let weight = (weight.shrunk(self.before) - moved).shrunk(self.after);
        (weight, [mean, difference, square, gradient * -1.0])
    }
}
