//! NAdam.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::{betas, check};
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{NadamConfig, OptimError, StepSize};

/// `torch.optim.NAdam` (Dozat 2016): Adam whose step looks ahead along the mean. With `m` and `v` as in Adam,
/// `μₜ = β₁ (1 − ½ · 0.96^(t ψ))`, ψ the momentum decay, and `Πₜ = μ₁ ⋯ μₜ`,
/// `w ← w − lr · [(1 − μₜ)/(1 − Πₜ) g + μₜ₊₁/(1 − Πₜ₊₁) m] / (√(v/(1 − β₂ᵗ)) + eps)`.
#[derive(Debug)]
pub(super) struct Nadam {
    betas: [f64; 2],
    eps: f64,
    momentum_decay: f64,
    decoupled: bool,
}

impl Nadam {
    pub(super) fn new(config: &NadamConfig) -> Result<Self, OptimError> {
        Ok(Self {
            betas: betas(config.betas)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
            momentum_decay: check("momentum_decay", config.momentum_decay, Range::at_least(0.0))?,
            decoupled: config.decoupled,
        })
    }

    fn mu(&self, t: f64) -> f64 {
        self.betas[0] * (1.0 - 0.5 * 0.96f64.powf(t * self.momentum_decay))
    }
}

impl Rule for Nadam {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_sq"], dims)
    }

    fn numbers(&self) -> &'static [&'static str] {
        &["mu_product"]
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let (mu, next) = (self.mu(at.t()), self.mu(at.t() + 1.0));
        let product = kept.numbers.first().unwrap_or(&1.0) * mu;
        let step = Step {
            coupled: if self.decoupled { 0.0 } else { at.weight_decay },
            keep: if self.decoupled { at.keep() } else { 1.0 },
            betas: self.betas,
            gradient: at.lr * (1.0 - mu) / (1.0 - product),
            mean: at.lr * next / (1.0 - product * next),
            square: 1.0 / (1.0 - self.betas[1].powf(at.t())),
            eps: self.eps,
        };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, Kept { tensors, numbers: vec![product] })
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let corrected = 1.0 / (1.0 - self.betas[1].powf(at.t()));
        let square = kept.tensors.get(1)?.clone().mul_scalar(corrected);
        Some(StepSize::over(at.lr, square.sqrt().add_scalar(self.eps)))
    }
}

#[derive(Clone, Copy)]
struct Step {
    coupled: f64,
    keep: f64,
    betas: [f64; 2],
    /// Factor of the gradient.
    gradient: f64,
    /// Factor of the mean.
    mean: f64,
    /// What corrects the bias of the squares.
    square: f64,
    eps: f64,
}

impl Formula<2> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [mean, square]: [V; 2]) -> (V, [V; 2]) {
        let gradient = gradient.decayed(&weight, self.coupled);
        let mean = mean.toward(gradient.clone(), self.betas[0]);
        let square = square.toward(gradient.clone().squared(), self.betas[1]);
        let under = (square.clone() * self.square).root() + self.eps;
        let ahead = gradient * self.gradient + mean.clone() * self.mean;
        (weight.shrunk(self.keep) - ahead / under, [mean, square])
    }
}
