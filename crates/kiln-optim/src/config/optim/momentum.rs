//! Lion and Adan.

use serde::{Deserialize, Serialize};

/// Lion, as `timm.optim.Lion`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LionConfig {
    /// Learning rate, at least 0. Default 0.0001.
    pub lr: f64,
    /// Weights of the momentum in the update and in the momentum itself, each `[0, 1)`. Default `[0.9, 0.99]`.
    pub betas: [f64; 2],
    /// Decoupled weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for LionConfig {
    fn default() -> Self {
        Self { lr: 1e-4, betas: [0.9, 0.99], weight_decay: 0.0, decay_all: true }
    }
}

/// Adan, as `timm.optim.Adan`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdanConfig {
    /// Learning rate, at least 0. Default 0.001.
    pub lr: f64,
    /// Decay rates of the mean, of the mean difference and of the squares, each `[0, 1)`. Default `[0.98, 0.92, 0.99]`.
    pub betas: [f64; 3],
    /// Added to the root, positive. Default 1e-8.
    pub eps: f64,
    /// Decoupled weight decay, a proximal step: the weights are divided by `1 + lr · decay`, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether the weights are multiplied by `1 − lr · decay` before the step instead. Default false.
    pub no_prox: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdanConfig {
    fn default() -> Self {
        Self {
            lr: 1e-3,
            betas: [0.98, 0.92, 0.99],
            eps: 1e-8,
            weight_decay: 0.0,
            no_prox: false,
            decay_all: true,
        }
    }
}
