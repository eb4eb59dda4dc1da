//! RMSprop, Adagrad, Adadelta and Adafactor.

use serde::{Deserialize, Serialize};

/// RMSprop, as `torch.optim.RMSprop`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RmspropConfig {
    /// Learning rate, at least 0. Default 0.01.
    pub lr: f64,
    /// Decay rate of the second moment, `[0, 1)`. Default 0.99.
    pub alpha: f64,
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    pub eps: f64,
    /// Coupled weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// `[0, 1)`. Default 0 (Burn: 0.9).
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

/// Adagrad, as `torch.optim.Adagrad`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdagradConfig {
    /// Learning rate, at least 0. Default 0.01.
    pub lr: f64,
    /// The rate of update t is `lr / (1 + (t − 1) · lr_decay)`, at least 0. Default 0.
    pub lr_decay: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// What the sum of squares starts from, at least 0. Default 0.
    pub initial_accumulator_value: f64,
    /// Added to the root, positive. Default 1e-10.
    pub eps: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdagradConfig {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            lr_decay: 0.0,
            weight_decay: 0.0,
            initial_accumulator_value: 0.0,
            eps: 1e-10,
            decay_all: true,
        }
    }
}

/// Adadelta, as `torch.optim.Adadelta`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdadeltaConfig {
    /// Learning rate, at least 0. Default 1.
    pub lr: f64,
    /// Decay rate of both running squares, `[0, 1)`. Default 0.9.
    pub rho: f64,
    /// Added inside both roots, positive. Default 1e-6.
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdadeltaConfig {
    fn default() -> Self {
        Self { lr: 1.0, rho: 0.9, eps: 1e-6, weight_decay: 0.0, decay_all: true }
    }
}

/// Adafactor, as `torch.optim.Adafactor`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdafactorConfig {
    /// Largest relative step, at least 0: it is `min(lr, 1/√t)` times the size of the parameter. Default 0.01.
    pub lr: f64,
    /// The second moment decays with `1 − t^beta2_decay`, at most 0. Default −0.8.
    pub beta2_decay: f64,
    /// Smallest root of the second moment, positive. Default: the machine epsilon of the parameter's data type
    /// (PyTorch: `eps[0] = None`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eps1: Option<f64>,
    /// Smallest size that a parameter counts as, positive. Default 0.001 (PyTorch: `eps[1]`).
    pub eps2: f64,
    /// Largest root mean square of an update, at least 1. Default 1.
    pub d: f64,
    /// Decoupled weight decay, at least 0. Default 0.
    pub weight_decay: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for AdafactorConfig {
    fn default() -> Self {
        Self {
            lr: 1e-2,
            beta2_decay: -0.8,
            eps1: None,
            eps2: 1e-3,
            d: 1.0,
            weight_decay: 0.0,
            decay_all: true,
        }
    }
}
