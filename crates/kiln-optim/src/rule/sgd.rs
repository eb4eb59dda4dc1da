//! Stochastic gradient descent with momentum.

use burn::tensor::Tensor;
use kiln_core::Range;

use super::{At, Rule, check, decay, decay_factors, host};
use crate::{OptimError, SgdConfig};

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
    decay: f64,
    decoupled: bool,
}

impl Sgd {
    pub(super) fn new(config: &SgdConfig) -> Result<Self, OptimError> {
        let momentum = check("momentum", config.momentum, Range::BELOW_ONE)?;
        let dampening = check("dampening", config.dampening, Range::UNIT)?;
        let decay = check("weight_decay", config.weight_decay, Range::at_least(0.0))?;
        if config.nesterov && (momentum == 0.0 || dampening != 0.0) {
            return Err(OptimError::Nesterov { momentum, dampening });
        }
        Ok(Self { momentum, dampening, nesterov: config.nesterov, decay, decoupled: config.decoupled })
    }
}

impl Rule for Sgd {
    fn slots(&self) -> &'static [&'static str] {
        if self.momentum == 0.0 { &[] } else { &["momentum_buffer"] }
    }

    fn update(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let (coupled, keep) = decay_factors(self.decay, self.decoupled, at);
        let lr = at.lr as f32;
        if self.momentum == 0.0 {
            return match host::plain(&weight, &gradient, slots) {
                Ok([]) => host::update(weight, gradient, [], move |w, g, []| {
                    let g = g + coupled * w;
                    (keep * w - lr * g, [])
                }),
                Err(slots) => self.with_tensors(weight, gradient, slots, at),
            };
        }
        match host::plain(&weight, &gradient, slots) {
            Ok(slots) => {
                let (momentum, fresh) = (self.momentum as f32, (1.0 - self.dampening) as f32);
                let nesterov = self.nesterov;
                host::update(weight, gradient, slots, move |w, g, [buffer]| {
                    let g = g + coupled * w;
                    let buffer = momentum * buffer + fresh * g;
                    let direction = if nesterov { g + momentum * buffer } else { buffer };
                    (keep * w - lr * direction, [buffer])
                })
            }
            Err(slots) => self.with_tensors(weight, gradient, slots, at),
        }
    }
}

impl Sgd {
    fn with_tensors(
        &self,
        weight: Tensor<1>,
        gradient: Tensor<1>,
        slots: Vec<Tensor<1>>,
        at: At,
    ) -> (Tensor<1>, Vec<Tensor<1>>) {
        let (weight, gradient) = decay(weight, gradient, self.decay, self.decoupled, at);
        if self.momentum == 0.0 {
            return (weight.sub(gradient.mul_scalar(at.lr)), slots);
        }
        let old = slots.into_iter().next().map(|buffer| buffer.mul_scalar(self.momentum));
        let (buffer, direction) = if self.nesterov {
            let buffer = match old {
                Some(old) => old.add(gradient.clone()),
                None => gradient.clone(),
            };
            let ahead = buffer.clone().mul_scalar(self.momentum);
            (buffer, gradient.add(ahead))
        } else {
            let buffer = match old {
                Some(old) if self.dampening == 0.0 => old.add(gradient),
                Some(old) => old.add(gradient.mul_scalar(1.0 - self.dampening)),
                None => gradient,
            };
            (buffer.clone(), buffer)
        };
        (weight.sub(direction.mul_scalar(at.lr)), vec![buffer])
    }
}
