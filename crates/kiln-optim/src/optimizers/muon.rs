//! Muon.

use burn::tensor::Tensor;
use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use super::adam::Adam;
use super::{AdamwConfig, DecayForm, OptimKind, Shared};
use crate::rule::newton_schulz::NewtonSchulz;
use crate::rule::{At, Gradient, Kept, Rule, Slot, check, lerp, notation};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// Muon (Jordan 2024; Liu et al. 2025), as `torch.optim.Muon`: orthogonalised momentum for matrices, AdamW for all other
/// parameters.
///
/// `b ← b + (1 − momentum)(g − b)`, `d = g + momentum (b − g)` with Nesterov, else `b`;
/// `w ← (1 − lr · decay) w − lr · s · orthogonal(d)`, where `orthogonal` is a Newton–Schulz iteration and the factor `s` depends
/// on the shape. PyTorch refuses parameters that are no matrix and asks for AdamW there. Here AdamW updates them, with the same
/// decay, betas 0.9 and 0.999 and eps 1e-8.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 0.02, adamw_lr: Some(1e-3), ..Self::default() })]
pub struct MuonConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decoupled weight decay, at least 0. Default 0.1.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// `[0, 1)`. Default 0.95.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub momentum: f64,
    /// Nesterov's momentum. Default true.
    pub nesterov: bool,
    /// The polynomial `a x + b x³ + c x⁵` of the Newton–Schulz iteration. Default `[3.4445, -4.775, 2.0315]`.
    #[schemars(transform = Range::FINITE.bounds())]
    pub ns_coefficients: [f64; 3],
    /// Smallest norm that the matrix is divided by, positive. Default 1e-7.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Newton–Schulz iterations, less than 100. Default 5.
    #[schemars(range(max = 99))]
    pub ns_steps: usize,
    /// How the learning rate depends on the shape. Default `original`.
    pub adjust_lr_fn: AdjustLr,
    /// Learning rate of AdamW for what is not a matrix, at least 0, before the schedule. Default: `lr`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub adamw_lr: Option<f64>,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for MuonConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            weight_decay: 0.1,
            momentum: 0.95,
            nesterov: true,
            ns_coefficients: [3.4445, -4.775, 2.0315],
            eps: 1e-7,
            ns_steps: 5,
            adjust_lr_fn: AdjustLr::Original,
            adamw_lr: None,
            decay_all: true,
        }
    }
}

/// How Muon's learning rate depends on the shape of a matrix with A outputs and B inputs. The names are PyTorch's.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AdjustLr {
    /// `√max(1, A/B)`, as Jordan has it.
    #[default]
    Original,
    /// `0.2 √max(A, B)`: updates as large as AdamW's, so that its learning rate and decay fit.
    MatchRmsAdamw,
    /// `√(A/B)`, as Bernstein has it.
    SpectralUnclamped,
}

impl OptimKind for MuonConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn has_step_size(&self) -> bool {
        false
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.momentum)
    }

    fn formula(&self) -> Vec<String> {
        let momentum = self.momentum;
        let mut lines = notation::decay(self.weight_decay, self.decay_form());
        let direction = match self.nesterov {
            true => format!("d = (1 − {momentum})·g + {momentum}·b"),
            false => "d = b".to_owned(),
        };
        lines.push(format!("matrices: b ← {momentum}·b + (1 − {momentum})·g;  {direction}"));
        let factor = match self.adjust_lr_fn {
            AdjustLr::Original => "√max(1, outputs/inputs)",
            AdjustLr::MatchRmsAdamw => "0.2·√max(outputs, inputs)",
            AdjustLr::SpectralUnclamped => "√(outputs/inputs)",
        };
        let steps = self.ns_steps;
        lines.push(format!("θ ← θ − lr·{factor}·orthogonal(d), by {steps} Newton–Schulz iterations"));
        let adamw_lr = self.adamw_lr.unwrap_or(self.lr);
        lines.push(format!("all else: AdamW with lr {adamw_lr:?} before the schedule"));
        lines
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        let [a, b, c] = self.ns_coefficients;
        if self.ns_steps >= 100 {
            return Err(OptimError::Number(NumberError {
                name: "optim.ns_steps".to_owned(),
                value: self.ns_steps as f64,
                expected: "less than 100".to_owned(),
            }));
        }
        let adamw_lr = check("adamw_lr", self.adamw_lr.unwrap_or(self.lr), Range::at_least(0.0))?;
        let AdamwConfig { betas, eps, amsgrad, .. } = AdamwConfig::default();
        Ok(Box::new(Muon {
            momentum: check("momentum", self.momentum, Range::BELOW_ONE)?,
            nesterov: self.nesterov,
            iteration: NewtonSchulz {
                coefficients: [
                    check("ns_coefficients[0]", a, Range::FINITE)?,
                    check("ns_coefficients[1]", b, Range::FINITE)?,
                    check("ns_coefficients[2]", c, Range::FINITE)?,
                ],
                steps: self.ns_steps,
                eps: check("eps", self.eps, Range::POSITIVE)?,
            },
            adjust: self.adjust_lr_fn,
            adamw: Adam::new(betas, eps, amsgrad, true)?,
            adamw_factor: if self.lr == 0.0 { 0.0 } else { adamw_lr / self.lr },
        }))
    }
}

/// The rule of [`MuonConfig`].
///
/// AdamW updates biases, scales and convolution filters. Burn's linear layers keep their weights as `[inputs, outputs]`,
/// PyTorch's as `[outputs, inputs]`; the factor counts inputs and outputs, not rows and columns.
#[derive(Debug)]
struct Muon {
    momentum: f64,
    nesterov: bool,
    iteration: NewtonSchulz,
    adjust: AdjustLr,
    adamw: Adam,
    /// AdamW's learning rate as a multiple of Muon's.
    adamw_factor: f64,
}

impl Muon {
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
