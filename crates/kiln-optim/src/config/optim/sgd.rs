//! SGD and its average.

use serde::{Deserialize, Serialize};

/// SGD, as `torch.optim.SGD`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SgdConfig {
    /// Learning rate, at least 0. Default 0.001 as in PyTorch.
    pub lr: f64,
    /// `[0, 1)`. Default 0.
    pub momentum: f64,
    /// `[0, 1]`; with Nesterov it must be 0. Default 0 (Burn: 0.1).
    pub dampening: f64,
    /// Nesterov's momentum; needs a momentum above 0. Default false.
    pub nesterov: bool,
    /// At least 0. Default 0.
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

/// Averaged SGD, as `torch.optim.ASGD`. Evaluation, best weights and checkpoints use the average.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AsgdConfig {
    /// Learning rate, at least 0. Default 0.01.
    pub lr: f64,
    /// λ: every step shrinks the weights by `λ · η`, at least 0. Default 1e-4.
    pub lambd: f64,
    /// Power with which the step size η falls, at least 0. Default 0.75.
    pub alpha: f64,
    /// Update after which averaging begins, at least 0; before it the average is the weights. Default 1e6.
    pub t0: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AsgdConfig {
    fn default() -> Self {
        Self { lr: 1e-2, lambd: 1e-4, alpha: 0.75, t0: 1e6, weight_decay: 0.0, decay_all: true }
    }
}
