//! Adadelta.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adadelta (Zeiler 2012), as `torch.optim.Adadelta`.
///
/// With `g` the gradient plus `decay · w`, `v ← ρ v + (1 − ρ) g²`, `δ = √(a + eps)/√(v + eps) · g`, `a ← ρ a + (1 − ρ) δ²`,
/// `w ← w − lr · δ`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { rho: 0.95, ..Self::default() })]
pub struct AdadeltaConfig {
    /// Learning rate, at least 0. Default 1.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rate of both running squares, `[0, 1)`. Default 0.9.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub rho: f64,
    /// Added inside both roots, positive. Default 1e-6.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdadeltaConfig {
    fn default() -> Self {
        Self { lr: 1.0, rho: 0.9, eps: 1e-6, weight_decay: 0.0, decay_all: true }
    }
}

impl OptimKind for AdadeltaConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn formula(&self) -> Vec<String> {
        let (rho, eps) = (self.rho, self.eps);
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!("v ← {rho}·v + (1 − {rho})·g²;  δ = √(a + {eps:?})/√(v + {eps:?})·g"));
        lines.push(format!("a ← {rho}·a + (1 − {rho})·δ²;  θ ← θ − lr·δ"));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Adadelta {
            rho: check("rho", self.rho, Range::BELOW_ONE)?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
        }))
    }
}

/// The rule of [`AdadeltaConfig`].
#[derive(Debug)]
struct Adadelta {
    rho: f64,
    eps: f64,
}

impl Rule for Adadelta {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["square_avg", "acc_delta"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let step = Step { decay: at.weight_decay, lr: at.lr, rho: self.rho, eps: self.eps };
        let (weight, tensors) = run(step, weight, gradient, kept.tensors);
        (weight, tensors.into())
    }

    /// With what has moved up to now, where the step had what had moved before it: the same in the end.
    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let root = |index: usize| Some(kept.tensors.get(index)?.clone().add_scalar(self.eps).sqrt());
        Some(StepSize::Each(root(1)?.div(root(0)?).mul_scalar(at.lr)))
    }
}

#[derive(Clone, Copy)]
struct Step {
    decay: f64,
    lr: f64,
    rho: f64,
    eps: f64,
}

impl Formula<2> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [square, moved]: [V; 2]) -> (V, [V; 2]) {
        let gradient = gradient.decayed(&weight, self.decay);
        let square = square.toward(gradient.clone().squared(), self.rho);
        let under = (square.clone() + self.eps).root();
        let delta = (moved.clone() + self.eps).root() / under * gradient;
        let moved = moved.toward(delta.clone().squared(), self.rho);
        (weight - delta * self.lr, [square, moved])
    }
}
