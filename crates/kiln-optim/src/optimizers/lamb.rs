//! LAMB.

use burn::tensor::Tensor;
use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{DecayForm, OptimKind, Shared};
use crate::rule::{At, Gradient, Kept, Rule, Slot, betas, check, lerp, notation};
use crate::schema::JsonSchema;
use crate::{OptimError, StepSize};

/// LAMB (You et al. 2020): Adam with steps in proportion to the norm of each parameter. As `timm.optim.Lamb` without its
/// clipping of the global norm (`max_grad_norm = None`): set `train.clip_norm`.
///
/// With `m` and `v` as in Adam, `u = m/(1 − β₁ᵗ) / (√v/√(1 − β₂ᵗ) + eps) + decay · w`, `w ← w − lr · ‖w‖/‖u‖ · u`.
/// The ratio is 1 where a norm is 0, and on parameters without decay unless it always adapts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 5e-3, trust_clip: true, ..Self::default() })]
pub struct LambConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-6.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Weight decay, added to the update before its size is set, at least 0. Default 0.01.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether the trust ratio is at most 1 (LAMBC). Default false.
    pub trust_clip: bool,
    /// Whether the trust ratio also acts on parameters without decay. Default false.
    pub always_adapt: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for LambConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            betas: [0.9, 0.999],
            eps: 1e-6,
            weight_decay: 1e-2,
            trust_clip: false,
            always_adapt: false,
            decay_all: true,
        }
    }
}

impl OptimKind for LambConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Own
    }

    fn has_step_size(&self) -> bool {
        false
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        let ratio = match (self.weight_decay != 0.0 || self.always_adapt, self.trust_clip) {
            (false, _) => "",
            (true, false) => "·‖θ‖/‖u‖",
            (true, true) => "·min(1, ‖θ‖/‖u‖)",
        };
        vec![
            notation::moments(self.betas),
            format!("u = m̂/(√v̂ + {:?}){}", self.eps, notation::plus_decay(self.weight_decay)),
            format!("θ ← θ − lr{ratio}·u, for each parameter"),
        ]
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Lamb {
            betas: betas(self.betas)?,
            eps: check("eps", self.eps, Range::POSITIVE)?,
            trust_clip: self.trust_clip,
            always_adapt: self.always_adapt,
        }))
    }
}

/// The rule of [`LambConfig`].
///
/// It needs two norms before a weight can change, so there is no update in one pass.
#[derive(Debug)]
struct Lamb {
    betas: [f64; 2],
    eps: f64,
    trust_clip: bool,
    always_adapt: bool,
}

impl Rule for Lamb {
    fn slots(&self, dims: &[usize]) -> Vec<Slot> {
        Slot::each(&["exp_avg", "exp_avg_sq"], dims)
    }

    fn update(&self, weight: Tensor<1>, gradient: Gradient, kept: Kept, at: At<'_>) -> (Tensor<1>, Kept) {
        let ([beta1, beta2], gradient) = (self.betas, gradient.tensor(&weight));
        let mut slots = kept.tensors.into_iter();
        let mean = slots.next().unwrap_or_else(|| weight.zeros_like());
        let square = slots.next().unwrap_or_else(|| weight.zeros_like());
        let mean = lerp(mean, gradient.clone(), 1.0 - beta1);
        let square = lerp(square, gradient.square(), 1.0 - beta2);
        let root = 1.0 / (1.0 - beta2.powf(at.t())).sqrt();
        let under = square.clone().sqrt().mul_scalar(root).add_scalar(self.eps);
        let mut moved = mean.clone().mul_scalar(1.0 / (1.0 - beta1.powf(at.t()))).div(under);
        if at.weight_decay != 0.0 {
            moved = moved.add(weight.clone().mul_scalar(at.weight_decay));
        }
        if at.weight_decay != 0.0 || self.always_adapt {
            moved = moved.clone().mul(self.trust(weight.clone(), moved));
        }
        (weight.sub(moved.mul_scalar(at.lr)), vec![mean, square].into())
    }

    fn step_size(&self, _: &Kept, _: At<'_>) -> Option<StepSize> {
        None
    }
}

impl Lamb {
    /// `‖w‖/‖u‖`, `[1]`, on the device.
    fn trust(&self, weight: Tensor<1>, moved: Tensor<1>) -> Tensor<1> {
        let weight = weight.square().sum().sqrt();
        let moved = moved.square().sum().sqrt();
        let none = weight.clone().equal_elem(0.0).bool_or(moved.clone().equal_elem(0.0));
        let ratio = weight.div(moved).mask_fill(none, 1.0);
        if self.trust_clip { ratio.clamp_max(1.0) } else { ratio }
    }
}
