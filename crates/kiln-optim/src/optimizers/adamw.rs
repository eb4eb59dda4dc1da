//! AdamW.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::adam::{self, Adam};
use super::{DecayForm, OptimKind, Shared};
use crate::schema::JsonSchema;
use crate::{OptimError, Rule};

/// AdamW (Loshchilov and Hutter 2019), as `torch.optim.AdamW`: Adam with decoupled weight decay.
///
/// The weight is multiplied by `1 − lr · decay`; then the step is Adam's: `m ← β₁ m + (1 − β₁) g`, `v ← β₂ v + (1 − β₂) g²`,
/// `w ← w − lr/(1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + eps)`.
/// AMSGrad (Reddi et al. 2018) puts the largest `v` so far in the root.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { lr: 3e-3, weight_decay: 0.05, ..Self::default() })]
pub struct AdamwConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub eps: f64,
    /// Decoupled weight decay, at least 0. Default 0.01 (Burn: 1e-4).
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub weight_decay: f64,
    /// Whether the largest second moment so far is used. Default false.
    pub amsgrad: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdamwConfig {
    fn default() -> Self {
        Self { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 1e-2, amsgrad: false, decay_all: true }
    }
}

impl OptimKind for AdamwConfig {
    fn shared(&self) -> Shared {
        Shared { lr: self.lr, weight_decay: self.weight_decay, decay_all: self.decay_all }
    }

    fn decay_form(&self) -> DecayForm {
        DecayForm::Decoupled
    }

    fn momentum_mut(&mut self) -> Option<&mut f64> {
        Some(&mut self.betas[0])
    }

    fn formula(&self) -> Vec<String> {
        adam::formula(self.weight_decay, self.decay_form(), self.betas, self.eps, self.amsgrad)
    }

    fn build(&self) -> Result<Box<dyn Rule>, OptimError> {
        Ok(Box::new(Adam::new(self.betas, self.eps, self.amsgrad, true)?))
    }
}
