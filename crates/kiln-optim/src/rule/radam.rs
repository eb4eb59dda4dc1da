//! RAdam.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{OptimError, RadamConfig, StepSize};

/// `torch.optim.RAdam` (Liu et al. 2020): Adam whose second moment is used only once enough of it is known. With
/// `m` and `v` as in Adam, `ρ∞ = 2/(1 − β₂) − 1` and `ρₜ = ρ∞ − 2 t β₂ᵗ/(1 − β₂ᵗ)`: while `ρₜ ≤ 5`,
/// `w ← w − lr · m/(1 − β₁ᵗ)`; then `w ← w − lr · r · m/(1 − β₁ᵗ) · √(1 − β₂ᵗ)/(√v + eps)` with
/// `r² = (ρₜ − 4)(ρₜ − 2)ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)ρₜ)`.
#[derive(Debug)]
pub(super) struct Radam {
    betas: [f64; 2],
    eps: f64,
    decoupled: bool,
}

impl Radam {
    pub(super) fn new(config: &RadamConfig) -> Result<Self, OptimError> {
        Ok(Self {
            betas: betas(config.betas)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
            decoupled: config.decoupled,
        })
    }

    /// `r · √(1 − β₂ᵗ)`, once the second moment is used.
    fn rectification(&self, t: f64) -> Option<f64> {
        let beta2 = self.betas[1];
        let longest = 2.0 / (1.0 - beta2) - 1.0;
        let corrected = 1.0 - beta2.powf(t);
        let length = longest - 2.0 * t * beta2.powf(t) / corrected;
        (length > 5.0).then(|| {
            let square =
                (length - 4.0) * (length - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * length);
            square.sqrt() * corrected.sqrt()
        })
    }
}

impl Rule for Radam {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_sq"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let rectification = self.rectification(at.t());
        let step = Step {
            coupled: if self.decoupled { 0.0 } else { at.weight_decay },
            keep: if self.decoupled { at.keep() } else { 1.0 },
            betas: self.betas,
            rate: at.lr / (1.0 - self.betas[0].powf(at.t())) * rectification.unwrap_or(1.0),
            adaptive: rectification.is_some(),
            eps: self.eps,
        };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        Some(match self.rectification(at.t()) {
            None => StepSize::Same(at.lr),
            Some(factor) => {
                let under = kept.tensors.get(1)?.clone().sqrt().add_scalar(self.eps);
                StepSize::over(at.lr * factor, under)
            }
        })
    }
}

#[derive(Clone, Copy)]
struct Step {
    coupled: f64,
    keep: f64,
    betas: [f64; 2],
    rate: f64,
    adaptive: bool,
    eps: f64,
}

impl Formula<2> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean, square]: [V; 2]) -> (V, [V; 2]) {
        let gradient = gradient.decayed(&weight, self.coupled);
        let mean = mean.toward(gradient.clone(), self.betas[0]);
        let square = square.toward(gradient.squared(), self.betas[1]);
        let moved = mean.clone() * self.rate;
        let moved = if self.adaptive { moved / (square.clone().root() + self.eps) } else { moved };
        (weight.shrunk(self.keep) - moved, [mean, square])
    }
}
