//! Schedule-free SGD and AdamW.

use serde::{Deserialize, Serialize};

/// Schedule-free SGD, as `schedulefree.SGDScheduleFree`. Evaluation, best weights and checkpoints use the average x.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleFreeSgdConfig {
    /// Learning rate, at least 0. Default 1.
    pub lr: f64,
    /// β, how near to the average x the gradient is taken, `[0, 1)`. Default 0.9.
    pub momentum: f64,
    /// Weight decay at y, where the gradient is taken, at least 0. Default 0.
    pub weight_decay: f64,
    /// Update t has weight `t^r` in the average, at least 0. Default 0.
    pub r: f64,
    /// Update t has weight (largest rate so far) to this power in the average, at least 0. Default 2.
    pub weight_lr_power: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for ScheduleFreeSgdConfig {
    fn default() -> Self {
        Self { lr: 1.0, momentum: 0.9, weight_decay: 0.0, r: 0.0, weight_lr_power: 2.0, decay_all: true }
    }
}

/// Schedule-free AdamW, as `schedulefree.AdamWScheduleFree`. Evaluation, best weights and checkpoints use the average x.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleFreeAdamwConfig {
    /// Learning rate, at least 0. Default 0.0025.
    pub lr: f64,
    /// β, how near to the average x the gradient is taken, and decay rate of the squares, each `[0, 1)`. Default
    /// `[0.9, 0.999]`.
    pub betas: [f64; 2],
    /// Added to the root, positive. Default 1e-8.
    pub eps: f64,
    /// Weight decay at y, where the gradient is taken, at least 0. Default 0.
    pub weight_decay: f64,
    /// Update t has weight `t^r` in the average, at least 0. Default 0.
    pub r: f64,
    /// Update t has weight (largest rate so far) to this power in the average, at least 0. Default 2.
    pub weight_lr_power: f64,
    /// Whether biases and normalisation layers decay too. Default true, as in PyTorch.
    pub decay_all: bool,
}

impl Default for ScheduleFreeAdamwConfig {
    fn default() -> Self {
        Self {
            lr: 2.5e-3,
            betas: [0.9, 0.999],
            eps: 1e-8,
            weight_decay: 0.0,
            r: 0.0,
            weight_lr_power: 2.0,
            decay_all: true,
        }
    }
}
