//! Adagrad.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, notation, run};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Adagrad (Duchi et al. 2011), as `torch.optim.Adagrad`.
///
/// With `g` the gradient plus `decay · w`, `s ← s + g²`, `w ← w − lr/(1 + (t − 1) · lr_decay) · g / (√s + eps)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 0.1, ..Self::default() })]
pub struct AdagradConfig {
    /// Learning rate, at least 0. Default 0.01.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// The rate of update t is `lr / (1 + (t − 1) · lr_decay)`, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr_decay: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// What the sum of squares starts from, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub initial_accumulator_value: f64,
    /// Added to the root, positive. Default 1e-10.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdagradConfig {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            lr_decay: 0.0,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            eps: 1e-10,
            decay_all: true,
        }
    }
}

impl OptimKind for AdagradConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn formula(&self) -> Vec<String> {
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!("s ← s + g² (s starts from {:?})", self.initial_accumulator_value));
        lines.push(format!("θ ← θ − lr/(1 + (t − 1)·{:?})·g/(√s + {:?})", self.lr_decay, self.eps));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let (name, initial) = ("initial_accumulator_value", self.initial_accumulator_value);
        Ok(Box::new(Adagrad {
            lr_decay: check("lr_decay", self.lr_decay, Range::at_least(0.0))?,
            initial: check(name, initial, Range::at_least(0.0))?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
        }))
    }
}

/// The rule of [`AdagradConfig`].
#[derive(Debug)]
struct Adagrad {
    lr_decay: f64,
    initial: f64,
    eps: f64,
}

impl Rule for Adagrad {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["sum"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let mut tensors = kept.tensors;
        if tensors.is_empty() {
            tensors.push(weight.full_like(self.initial));
        }
        let rate = at.lr / (1.0 + (at.t() - 1.0) * self.lr_decay);
        let step = Step { decay: at.weight_decay, rate, eps: self.eps };
        let (weight, tensors) = run(step, weight, gradient, tensors);
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let rate = at.lr / (1.0 + (at.t() - 1.0) * self.lr_decay);
        Some(StepSize::over(rate, kept.tensors.first()?.clone().sqrt().add_scalar(self.eps)))
    }
}

#[derive(Clone, Copy)]
struct Step {
    decay: f64,
    rate: f64,
    eps: f64,
}

impl Formula<1> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [sum]: [V; 1]) -> (V, [V; 1]) {
        let gradient = gradient.decayed(&weight, self.decay);
        let sum = sum + gradient.clone().squared();
        (weight - gradient * self.rate / (sum.clone().root() + self.eps), [sum])
    }
}
