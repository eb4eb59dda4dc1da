//! Adam and its kin.

use serde::{Deserialize, Serialize};

/// Adam, as `torch.optim.Adam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether the largest second moment so far is used. Default false.
    pub amsgrad: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { lr: 1e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.0, amsgrad: false, decay_all: true }
    }
}

/// AdamW, as `torch.optim.AdamW`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamwConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    pub eps: f64,
    /// Decoupled weight decay, at least 0. Default 0.01 (Burn: 1e-4).
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

/// NAdam, as `torch.optim.NAdam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NadamConfig {
    /// Learning rate, at least 0. Default 0.002.
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8.
    pub eps: f64,
    /// Weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// How fast the momentum approaches its final value, at least 0. Default 0.004.
    pub momentum_decay: f64,
    /// Whether the decay shrinks the weights beside the gradient step instead of adding to the gradient
    /// (PyTorch: `decoupled_weight_decay`). Default false.
    pub decoupled: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for NadamConfig {
    fn default() -> Self {
        Self {
            lr: 2e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            momentum_decay: 4e-3,
            decoupled: false,
            decay_all: true,
        }
    }
}

/// RAdam, as `torch.optim.RAdam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RadamConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8.
    pub eps: f64,
    /// Weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether the decay shrinks the weights beside the gradient step instead of adding to the gradient
    /// (PyTorch: `decoupled_weight_decay`). Default false.
    pub decoupled: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for RadamConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            decoupled: false,
            decay_all: true,
        }
    }
}

/// Adamax, as `torch.optim.Adamax`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdamaxConfig {
    /// Learning rate, at least 0. Default 0.002.
    pub lr: f64,
    /// Decay rates of the mean and of the largest magnitude, each `[0, 1)`. Default `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the magnitude of the gradient, positive. Default 1e-8.
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdamaxConfig {
    fn default() -> Self {
        Self { lr: 2e-3, betas: [0.9, 0.999], eps: 1e-8, weight_decay: 0.0, decay_all: true }
    }
}
