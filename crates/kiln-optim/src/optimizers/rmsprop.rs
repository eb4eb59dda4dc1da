//! RMSprop.

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

/// RMSprop, as `torch.optim.RMSprop`.
///
/// With `g` the gradient plus `decay · w`, `v ← α v + (1 − α) g²`; centred, also `a ← α a + (1 − α) g` and `v − a²` in the place
/// of `v` below; `u = g / (√v + eps)`; `w ← w − lr · u`, or with momentum `b ← momentum · b + u` and `w ← w − lr · b`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 1e-3, momentum: 0.9, ..Self::default() })]
pub struct RmspropConfig {
    /// Learning rate, at least 0. Default 0.01.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rate of the second moment, `[0, 1)`. Default 0.99.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub alpha: f64,
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Coupled weight decay, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// `[0, 1)`. Default 0 (Burn: 0.9).
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub momentum: f64,
    /// Whether the second moment is centred. Default false.
    pub centered: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for RmspropConfig {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            alpha: 0.99,
            eps: 1e-8,
            weight_decay: 0.0,
            momentum: 0.0,
            centered: false,
            decay_all: true,
        }
    }
}

impl OptimKind for RmspropConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Coupled
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.momentum)
    }

    fn formula(&self) -> Vec<String> {
        let (alpha, eps) = (self.alpha, self.eps);
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        lines.push(format!("v ← {alpha}·v + (1 − {alpha})·g²"));
        let root = if self.centered {
            lines.push(format!("a ← {alpha}·a + (1 − {alpha})·g"));
            format!("(√(v − a²) + {eps:?})")
        } else {
            format!("(√v + {eps:?})")
        };
        if self.momentum == 0.0 {
            lines.push(format!("θ ← θ − lr·g/{root}"));
        } else {
            lines.push(format!("b ← {}·b + g/{root}", self.momentum));
            lines.push("θ ← θ − lr·b".to_owned());
        }
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Rmsprop {
            alpha: check("alpha", self.alpha, Range::BELOW_ONE)?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
            momentum: check("momentum", self.momentum, Range::BELOW_ONE)?,
            centered: self.centered,
        }))
    }
}

/// The rule of [`RmspropConfig`].
#[derive(Debug)]
struct Rmsprop {
    alpha: f64,
    eps: f64,
    momentum: f64,
    centered: bool,
}

impl Rmsprop {
    /// What momentum makes of a direction that stays the same.
    fn gain(&self, at: At<'_>) -> f64 {
        if self.momentum == 0.0 { 1.0 } else { momentum_gain(self.momentum, 1.0, at.step) }
    }
}

impl Rule for Rmsprop {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        let names: &[_] = match (self.centered, self.momentum > 0.0) {
            (false, false) => &["square_avg"],
            (false, true) => &["square_avg", "momentum_buffer"],
            (true, false) => &["square_avg", "grad_avg"],
            (true, true) => &["square_avg", "grad_avg", "momentum_buffer"],
        };
        Slot::each(names, dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let (alpha, eps) = (self.alpha, self.eps);
        let (momentum, length) = (self.momentum, at.lr * self.gain(at));
        let step = Step { decay: at.weight_decay, lr: at.lr, alpha, eps, momentum, length };
        let (tensors, prox) = (kept.tensors, at.prox);
        let (weight, tensors) = match (self.centered, self.momentum > 0.0) {
            (false, false) => run_proximal(Plain(step), weight, gradient, tensors, prox),
            (false, true) => run_proximal(Momentum(step), weight, gradient, tensors, prox),
            (true, false) => run_proximal(Centred(step), weight, gradient, tensors, prox),
            (true, true) => run_proximal(CentredMomentum(step), weight, gradient, tensors, prox),
        };
        (weight, tensors.into())
    }

    fn step_size(&self, kept: &Kept, at: At<'_>) -> Option<StepSize> {
        let square = kept.tensors.first()?.clone();
        let spread = match kept.tensors.get(1).filter(|_| self.centered) {
            Some(mean) => spread(&square, mean),
            None => square,
        };
        Some(StepSize::over(at.lr * self.gain(at), spread.sqrt().add_scalar(self.eps)))
    }

    fn is_proximal(&self) -> bool {
        true
    }
}

/// `v − a²`, and 0 where rounding makes that less: PyTorch has the root of a negative number there.
#[inline(always)]
fn spread<V: Value>(square: &V, mean: &V) -> V {
    let spread = square.clone() - mean.clone().squared();
    (spread.clone().magnitude() + spread) * 0.5
}

#[derive(Clone, Copy)]
struct Step {
    decay: f64,
    lr: f64,
    alpha: f64,
    eps: f64,
    momentum: f64,
    /// The rate times what momentum makes of a direction that stays the same.
    length: f64,
}

impl Step {
    #[inline(always)]
    fn size<V: Value>(&self, square: V) -> Size<V> {
        Size::Each((square.root() + self.eps).recip() * self.length)
    }
}

#[derive(Clone, Copy)]
struct Plain(Step);
#[derive(Clone, Copy)]
struct Momentum(Step);
#[derive(Clone, Copy)]
struct Centred(Step);
#[derive(Clone, Copy)]
struct CentredMomentum(Step);

impl Formula<1> for Plain {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [square]: [V; 1]) -> (V, [V; 1]) {
        let Self(step) = self;
        let gradient = gradient.decayed(&weight, step.decay);
        let square = square.toward(gradient.clone().squared(), step.alpha);
        let direction = gradient / (square.clone().root() + step.eps);
        (weight - direction * step.lr, [square])
    }
}

impl Formula<2> for Momentum {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [square, buffer]: [V; 2]) -> (V, [V; 2]) {
        let Self(step) = self;
        let gradient = gradient.decayed(&weight, step.decay);
        let square = square.toward(gradient.clone().squared(), step.alpha);
        let buffer = buffer * step.momentum + gradient / (square.clone().root() + step.eps);
        (weight - buffer.clone() * step.lr, [square, buffer])
    }
}

impl Formula<2> for Centred {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [square, mean]: [V; 2]) -> (V, [V; 2]) {
        let Self(step) = self;
        let gradient = gradient.decayed(&weight, step.decay);
        let square = square.toward(gradient.clone().squared(), step.alpha);
        let mean = mean.toward(gradient.clone(), step.alpha);
        let spread = spread(&square, &mean);
        (weight - gradient / (spread.root() + step.eps) * step.lr, [square, mean])
    }
}

impl Formula<3> for CentredMomentum {
    #[inline(always)]
    fn apply<V: Value>(&self, weight: V, gradient: V, [square, mean, buffer]: [V; 3]) -> (V, [V; 3]) {
        let Self(step) = self;
        let gradient = gradient.decayed(&weight, step.decay);
        let square = square.toward(gradient.clone().squared(), step.alpha);
        let mean = mean.toward(gradient.clone(), step.alpha);
        let spread = spread(&square, &mean);
        let buffer = buffer * step.momentum + gradient / (spread.root() + step.eps);
        (weight - buffer.clone() * step.lr, [square, mean, buffer])
    }
}

impl StepSized<1> for Plain {
    #[inline(always)]
    fn size<V: Value>(&self, [square]: &[V; 1]) -> Size<V> {
        self.0.size(square.clone())
    }
}

impl StepSized<2> for Momentum {
    #[inline(always)]
    fn size<V: Value>(&self, [square, _]: &[V; 2]) -> Size<V> {
        self.0.size(square.clone())
    }
}

impl StepSized<2> for Centred {
    #[inline(always)]
    fn size<V: Value>(&self, [square, mean]: &[V; 2]) -> Size<V> {
        self.0.size(spread(square, mean))
    }
}

impl StepSized<3> for CentredMomentum {
    #[inline(always)]
    fn size<V: Value>(&self, [square, mean, _]: &[V; 3]) -> Size<V> {
        self.0.size(spread(square, mean))
    }
}
