//! The section `[optim]`. Defaults are PyTorch's.

use serde::{Deserialize, Serialize};

/// The section `[optim]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum OptimConfig {
    /// Stochastic gradient descent; with a batch of 1 the classical one, with the whole data set plain descent.
    Sgd(SgdConfig),
    /// Adam; its weight decay is coupled (L2), as in PyTorch.
    Adam(AdamConfig),
    /// Adam with decoupled weight decay.
    Adamw(AdamwConfig),
    /// RMSprop.
    Rmsprop(RmspropConfig),
}

/// SGD, as `torch.optim.SGD`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SgdConfig {
    /// Learning rate, at least 0. Default 0.001 as in PyTorch.
    #[serde(default = "milli")]
    pub lr: f64,
    /// `[0, 1)`. Default 0.
    #[serde(default)]
    pub momentum: f64,
    /// `[0, 1]`; with Nesterov it must be 0. Default 0 (Burn: 0.1).
    #[serde(default)]
    pub dampening: f64,
    /// Nesterov's momentum; needs a momentum above 0. Default false.
    #[serde(default)]
    pub nesterov: bool,
    /// At least 0. Default 0.
    #[serde(default)]
    pub weight_decay: f64,
    /// Whether the decay shrinks the weights beside the gradient step instead of adding to the gradient. Default false.
    #[serde(default)]
    pub decoupled: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    #[serde(default = "yes")]
    pub decay_all: bool,
}

/// Adam, as `torch.optim.Adam`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[serde(default = "milli")]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[serde(default = "tiny")]
    pub eps: f64,
    /// Coupled (L2) weight decay, at least 0. Default 0.
    #[serde(default)]
    pub weight_decay: f64,
    /// Whether the largest second moment so far is used. Default false.
    #[serde(default)]
    pub amsgrad: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    #[serde(default = "yes")]
    pub decay_all: bool,
}

/// AdamW, as `torch.optim.AdamW`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdamwConfig {
    /// Learning rate, at least 0. Default 0.001.
    #[serde(default = "milli")]
    pub lr: f64,
    /// Decay rates of the two moments, each `[0, 1)`. Default `[0.9, 0.999]`.
    #[serde(default = "betas")]
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[serde(default = "tiny")]
    pub eps: f64,
    /// Decoupled weight decay, at least 0. Default 0.01 (Burn: 1e-4).
    #[serde(default = "centi")]
    pub weight_decay: f64,
    /// Whether the largest second moment so far is used. Default false.
    #[serde(default)]
    pub amsgrad: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    #[serde(default = "yes")]
    pub decay_all: bool,
}

/// RMSprop, as `torch.optim.RMSprop`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RmspropConfig {
    /// Learning rate, at least 0. Default 0.01.
    #[serde(default = "centi")]
    pub lr: f64,
    /// Decay rate of the second moment, `[0, 1)`. Default 0.99.
    #[serde(default = "alpha")]
    pub alpha: f64,
    /// Added to the root, positive. Default 1e-8 (Burn: 1e-5).
    #[serde(default = "tiny")]
    pub eps: f64,
    /// Coupled weight decay, at least 0. Default 0.
    #[serde(default)]
    pub weight_decay: f64,
    /// `[0, 1)`. Default 0 (Burn: 0.9).
    #[serde(default)]
    pub momentum: f64,
    /// Whether the second moment is centred. Default false.
    #[serde(default)]
    pub centered: bool,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    #[serde(default = "yes")]
    pub decay_all: bool,
}

impl OptimConfig {
    /// The learning rate, before any schedule.
    pub fn lr(&self) -> f64 {
        match self {
            Self::Sgd(config) => config.lr,
            Self::Adam(config) => config.lr,
            Self::Adamw(config) => config.lr,
            Self::Rmsprop(config) => config.lr,
        }
    }
}

impl Default for SgdConfig {
    fn default() -> Self {
        Self {
            lr: milli(),
            momentum: 0.0,
            dampening: 0.0,
            nesterov: false,
            weight_decay: 0.0,
            decoupled: false,
            decay_all: true,
        }
    }
}

impl Default for AdamConfig {
    fn default() -> Self {
        Self { lr: milli(), betas: betas(), eps: tiny(), weight_decay: 0.0, amsgrad: false, decay_all: true }
    }
}

impl Default for AdamwConfig {
    fn default() -> Self {
        Self {
            lr: milli(),
            betas: betas(),
            eps: tiny(),
            weight_decay: centi(),
            amsgrad: false,
            decay_all: true,
        }
    }
}

impl Default for RmspropConfig {
    fn default() -> Self {
        Self {
            lr: centi(),
            alpha: alpha(),
            eps: tiny(),
            weight_decay: 0.0,
            momentum: 0.0,
            centered: false,
            decay_all: true,
        }
    }
}

fn yes() -> bool {
    true
}
fn milli() -> f64 {
    1e-3
}
fn centi() -> f64 {
    1e-2
}
fn tiny() -> f64 {
    1e-8
}
fn alpha() -> f64 {
    0.99
}
fn betas() -> [f64; 2] {
    [0.9, 0.999]
}
