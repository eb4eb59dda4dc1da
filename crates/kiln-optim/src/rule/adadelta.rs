//! Adadelta.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::check;
use super::formula::{Formula, Value, run};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::{AdadeltaConfig, OptimError, StepSize};

/// `torch.optim.Adadelta` (Zeiler 2012): with `g` the gradient plus `decay · w`, `v ← ρ v + (1 − ρ) g²`,
/// `δ = √(a + eps)/√(v + eps) · g`, `a ← ρ a + (1 − ρ) δ²`, `w ← w − lr · δ`.
#[derive(Debug)]
pub(super) struct Adadelta {
    rho: f64,
    eps: f64,
}

impl Adadelta {
    pub(super) fn new(config: &AdadeltaConfig) -> Result<Self, OptimError> {
        Ok(Self {
            rho: check("rho", config.rho, Range::BELOW_ONE)?,
            eps: check("eps", config.eps, Range::POSITIVE)?,
        })
    }
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
