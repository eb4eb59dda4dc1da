//! Adagrad.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::check;
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AdagradConfig, OptimError, StepSize};

/// `torch.optim.Adagrad` (Duchi et al. 2011): with `g` the gradient plus `decay · w`, `s ← s + g²`,
/// `w ← w − lr/(1 + (t − 1) · lr_decay) · g / (√s + eps)`.
#[derive(Debug)]
pub(super) struct Adagrad {
    lr_decay: f64,
    initial: f64,
    eps: f64,
}

impl Adagrad {
    pub(super) fn new(config: &AdagradConfig) -> Result<Self, OptimError> {
        let (name, initial) = ("initial_accumulator_value", config.initial_accumulator_value);
        Ok(Self {
            lr_decay: check("lr_decay", config.lr_decay, Range::at_least(0.0))?,
            initial: check(name, initial, Range::at_least(0.0))?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
        })
    }
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
