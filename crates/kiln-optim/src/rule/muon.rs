//! Muon.

use burn::tensor::Tensor;
use kiln_core::{Range, check::NumberError};

use super::adam::Adam;
use super::build::check;
use super::newton_schulz::NewtonSchulz;
use super::{At, Gradient, Kept, Rule, Slot, lerp};
use crate::{AdamwConfig, AdjustLr, MuonConfig, OptimError, StepSize};

/// `torch.optim.Muon` (Jordan 2024; Liu et al. 2025): `b ← b + (1 − momentum)(g − b)`,
/// `d = g + momentum (b − g)` with Nesterov, else `b`; `w ← (1 − lr · decay) w − lr · s · orthogonal(d)`, where
/// `orthogonal` is a Newton–Schulz iteration and the factor `s` depends on the shape.
///
/// Only for matrices, as in PyTorch, which leaves what is none (biases, scales, convolution filters) to AdamW: so does
/// this, by itself. Burn's linear layers keep their weights as `[inputs, outputs]`, PyTorch's as `[outputs, inputs]`;
/// the factor counts inputs and outputs, not rows and columns.
#[derive(Debug)]
pub(super) struct Muon {
    momentum: f64,
    nesterov: bool,
    iteration: NewtonSchulz,
    adjust: AdjustLr,
    adamw: Adam,
    /// AdamW's learning rate as a multiple of Muon's.
    adamw_factor: f64,
}

impl Muon {
    pub(super) fn new(config: &MuonConfig) -> Result<Self, OptimError> {
        let [a, b, c] = config.ns_coefficients;
        if config.ns_steps >= 100 {
            return Err(OptimError::Number(NumberError {
                name: "optim.ns_steps".to_owned(),
                value: config.ns_steps as f64,
                expected: "less than 100".to_owned(),
            }));
        }
        let adamw_lr = check("adamw_lr", config.adamw_lr.unwrap_or(config.lr), Range::at_least(0.0))?;
        Ok(Self {
            momentum: check("momentum", config.momentum, Range::BELOW_ONE)?,
            nesterov: config.nesterov,
            iteration: NewtonSchulz {
                coefficients: [
                    check("ns_coefficients[0]", a, Range::FINITE)?,
                    check("ns_coefficients[1]", b, Range::FINITE)?,
                    check("ns_coefficients[2]", c, Range::FINITE)?,
                ],
                steps: config.ns_steps,
                eps: check("eps", config.eps, Range::POSITIVE)?,
            },
            adjust: config.adjust_lr_fn,
            adamw: Adam::decoupled(&AdamwConfig::default())?,
            adamw_factor: if config.lr == 0.0 { 0.0 } else { adamw_lr / config.lr },
        })
    }

    /// The factor on the learning rate of a matrix.
    fn factor(&self, inputs: f64, outputs: f64) -> f64 {
        match self.adjust {
            AdjustLr::Original => (outputs / inputs).max(1.0).sqrt(),
            AdjustLr::MatchRmsAdamw => 0.2 * outputs.max(inputs).sqrt(),
            AdjustLr::SpectralUnclamped => (outputs / inputs).sqrt(),
        }
    }
}

impl Rule for Muon {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        if dims.len() == 2 { Slot::each(&["momentum_buffer"], dims) } else { self.adamw.slots(dims) }
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let &[inputs, outputs] = at.dims else {
            let at = At { lr: at.lr * self.adamw_factor, ..at };
            return self.adamw.update(weight, gradient, kept, at);
        };
        let gradient = gradient.tensor(&weight);
        let buffer = match kept.tensors.into_iter().next() {
            Some(buffer) => lerp(buffer, gradient.clone(), 1.0 - self.momentum),
            None => gradient.clone().mul_scalar(1.0 - self.momentum),
        };
        let direction =
            if self.nesterov { lerp(gradient, buffer.clone(), self.momentum) } else { buffer.clone() };
        let direction = self.iteration.orthogonal(direction.reshape([inputs, outputs])).reshape([-1]);
        let rate = at.lr * self.factor(inputs as f64, outputs as f64);
        let weight = if at.weight_decay == 0.0 { weight } else { weight.mul_scalar(at.keep()) };
        (weight.sub(direction.mul_scalar(rate)), vec![buffer].into())
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}
