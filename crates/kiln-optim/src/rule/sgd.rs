//! Stochastic gradient descent with momentum.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::build::check;
use super::elastic::{Size, Sized};
use super::formula::{Formula, Value, run_proximal};
use super::{At, Gradient, Kept, Rule, Slot};
use crate::step_size::momentum_gain;
use crate::{OptimError, SgdConfig, StepSize};

/// `torch.optim.SGD`: with `g` the gradient (plus `decay · w` unless decoupled),
/// `b ← momentum · b + (1 − dampening) · g` (the first time `b ← g`, not dampened),
/// `w ← w − lr · d` with `d = b`, or `g + momentum · b` with Nesterov, or `g` without momentum.
///
/// Decoupled decay multiplies the weight by `1 − lr · decay` before the step.
#[derive(Debug)]
pub(super) struct Sgd {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    decoupled: bool,
}

impl Sgd {
    pub(super) fn new(config: &SgdConfig) -> Result<Self, OptimError> {
        let momentum = check("momentum", config.momentum, Range::BELOW_ONE)?;
        let dampening = check("dampening", config.dampening, Range::UNIT)?;
        if config.nesterov && (momentum == 0.0 || dampening != 0.0) {
            return Err(OptimError::Nesterov { momentum, dampening });
        }
        Ok(Self { momentum, dampening, nesterov: config.nesterov, decoupled: config.decoupled })
    }

    /// How long the step is.
    fn size(&self, at: At<'_>) -> f64 {
        let gain = match self.momentum {
            0.0 => 1.0,
            momentum => momentum_gain(momentum, 1.0 - self.dampening, at.step),
        };
        at.lr * if self.nesterov { 1.0 + self.momentum * gain } else { gain }
    }
}

impl Rule for Sgd {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        if self.momentum == 0.0 { Vec::new() } else { Slot::each(&["momentum_buffer"], dims) }
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let step = Step {
            coupled: if self.decoupled { 0.0 } else { at.weight_decay },
            keep: if self.decoupled { at.keep() } else { 1.0 },
            lr: at.lr,
            momentum: self.momentum,
            fresh: if at.step == 1 { 1.0 } else { 1.0 - self.dampening },
            nesterov: self.nesterov,
            size: self.size(at),
        };
        let (weight, tensors) = if self.momentum == 0.0 {
            run_proximal::<0>(step, weight, gradient, kept.tensors, at.prox)
        } else {
            run_proximal::<1>(step, weight, gradient, kept.tensors, at.prox)
        };
        (weight, tensors.into())
    }

    fn step_size(&self, _: &Kept, at: At<'_>) -> Option<StepSize> {
        Some(StepSize::Same(self.size(at)))
    }

    fn is_proximal(&self) -> bool {
        true
    }
}

#[derive(Clone, Copy)]
struct Step {
    coupled: f64,
    keep: f64,
    lr: f64,
    momentum: f64,
    /// Factor of the gradient in the momentum.
    fresh: f64,
    nesterov: bool,
    /// How long the step is.
    size: f64,
}

impl<const S: usize> Sized<S> for Step
where
    Self: Formula<S>,
{
    #[inline(always)]
    fn size<V: Value>(&self, _: &[V; S]) -> Size<V> {
        Size::Same(self.size)
    }
}

impl Formula<0> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, []: [V; 0]) -> (V, [V; 0]) {
        let gradient = gradient.decayed(&weight, self.coupled);
        (weight.shrunk(self.keep) - gradient * self.lr, [])
    }
}

impl Formula<1> for Step {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [buffer]: [V; 1]) -> (V, [V; 1]) {
        let gradient = gradient.decayed(&weight, self.coupled);
        let buffer = buffer * self.momentum + gradient.clone().shrunk(self.fresh);
        let direction =
            if self.nesterov { gradient + buffer.clone() * self.momentum } else { buffer.clone() };
        (weight.shrunk(self.keep) - direction * self.lr, [buffer])
    }
}
