//! Stochastic gradient descent with momentum.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::elastic::{Size, StepSized};
use crate::rule::formula::{Formula, Value};
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, notation, run_proximal};
use crate::schema::JsonSchema;
use crate::step_size::momentum_gain;
use crate::{OptimError, StepSize};

/// Stochastic gradient descent, as `torch.optim.SGD`; with a batch of 1 the classical one, with the whole data set plain
/// descent.
///
/// With `g` the gradient (plus `decay · w` unless decoupled),
/// `b ← momentum · b + (1 − dampening) · g` (the first time `b ← g`, not dampened),
/// `w ← w − lr · d` with `d = b`, or `g + momentum · b` with Nesterov, or `g` without momentum.
/// Decoupled decay multiplies the weight by `1 − lr · decay` before the step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 0.1, momentum: 0.9, nesterov: true, ..Self::default() })]
pub struct SgdConfig {
    /// Learning rate, at least 0. Default 0.001 as in PyTorch.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub momentum: f64,
    /// `[0, 1]`; with Nesterov it must be 0. Default 0 (Burn: 0.1).
    #[schemars(transform = Range::UNIT.bounds())]
    pub dampening: f64,
    /// Nesterov's momentum; needs a momentum above 0. Default false.
    pub nesterov: bool,
    /// At least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether the decay shrinks the weights beside the gradient step instead of adding to the gradient. Default false.
    pub decoupled: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for SgdConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            decoupled: false,
            decay_all: true,
        }
    }
}

impl OptimKind for SgdConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::decoupled_if(self.decoupled)
    }

    fn rescales(&self) -> bool {
        false
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.momentum)
    }

    fn formula(&self) -> Vec<String> {
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        if self.momentum == 0.0 {
            lines.push("θ ← θ − lr·g".to_owned());
            return lines;
        }
        lines.push(format!("b ← {}·b + {}·g (b = g in the first step)", self.momentum, 1.0 - self.dampening));
        lines.push(match self.nesterov {
            true => format!("θ ← θ − lr·(g + {}·b)", self.momentum),
            false => "θ ← θ − lr·b".to_owned(),
        });
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let momentum = check("momentum", self.momentum, Range::BELOW_ONE)?;
        let dampening = check("dampening", self.dampening, Range::UNIT)?;
        if self.nesterov && (momentum == 0.0 || dampening != 0.0) {
            return Err(OptimError::Nesterov { momentum, dampening });
        }
        Ok(Box::new(Sgd { momentum, dampening, nesterov: self.nesterov, decoupled: self.decoupled }))
    }
}

/// The rule of [`SgdConfig`].
#[derive(Debug)]
struct Sgd {
    momentum: f64,
    dampening: f64,
    nesterov: bool,
    decoupled: bool,
}

impl Sgd {
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

impl<const S: usize> StepSized<S> for Step
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
