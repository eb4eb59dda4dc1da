//! NAdam.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// NAdam (Dozat 2016), as `torch.optim.NAdam`: Adam whose step looks ahead along the mean.
///
/// With `m` and `v` as in Adam, `μₜ = β₁ (1 − ½ · 0.96^(t ψ))`, ψ the momentum decay, and `Πₜ = μ₁ ⋯ μₜ`,
/// `w ← w − lr · [(1 − μₜ)/(1 − Πₜ) g + μₜ₊₁/(1 − Πₜ₊₁) m] / (√(v/(1 − β₂ᵗ)) + eps)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 1e-3, weight_decay: 0.01, decoupled: true, ..Self::default() })]
pub struct NadamConfig {
    /// Learning rate, at least 0. Default 0.002.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// How fast the momentum approaches its final value, at least 0. Default 0.004.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub momentum_decay: f64,
    /// Whether the decay shrinks the weights beside the gradient step instead of adding to the gradient
    /// (PyTorch: `decoupled_weight_decay`). Default false.
    pub decoupled: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for NadamConfig {
    fn default() -> Self {
        Self {
            lr: 2e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            momentum_decay: 4e-3,
            decoupled: false,
            decay_all: true,
        }
    }
}

impl OptimKind for NadamConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::decoupled_if(self.decoupled)
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        let [beta1, _] = self.betas;
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(notation::moments(self.betas));
        lines.push(format!("μₜ = {beta1}·(1 − ½·0.96^({:?}·t));  Πₜ = μ₁⋯μₜ", self.momentum_decay));
        lines.push(format!("θ ← θ − lr·((1 − μₜ)/(1 − Πₜ)·g + μₜ₊₁/(1 − Πₜ₊₁)·m)/(√v̂ + {:?})", self.eps));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Nadam {
            betas: betas(self.betas)?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
            momentum_decay: check("momentum_decay", self.momentum_decay, Range::at_least(0.0))?,
            decoupled: self.decoupled,
        }))
    }
}

/// The rule of [`NadamConfig`].
#[derive(Debug)]
struct Nadam {
    betas: [f64; 2],
    eps: f64,
    momentum_decay: f64,
    decoupled: bool,
}

impl Nadam {
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
