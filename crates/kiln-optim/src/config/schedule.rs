//! The section `[schedule]`. Defaults are PyTorch's.

use serde::{Deserialize, Serialize};

/// The section `[schedule]`: how the learning rate of `[optim]` changes. Lengths are in epochs and may be fractions;
/// the rate changes at every step.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ScheduleConfig {
    /// Linear rise from `warmup_start · lr` over this many epochs, before everything else. Default 0. With the default
    /// `warmup_start` of 0 the very first update has a learning rate of 0.
    #[serde(default)]
    pub warmup: f64,
    /// Where the rise starts, as a share of the learning rate, `[0, 1]`. Default 0.
    #[serde(default)]
    pub warmup_start: f64,
    /// The shape after the warm-up. Default constant.
    #[serde(flatten)]
    pub shape: ShapeConfig,
}

/// The shape of a schedule after its warm-up.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ShapeConfig {
    /// `lr`.
    #[default]
    Constant,
    /// `lr · gamma^floor(epoch / every)`; `every` counts as whole steps.
    Step {
        /// Epochs between two drops.
        every: f64,
        /// Factor at each drop. Default 0.1.
        #[serde(default = "tenth")]
        gamma: f64,
    },
    /// `lr · gamma^(number of milestones passed)`.
    MultiStep {
        /// Epochs at which the rate drops, rising.
        milestones: Vec<f64>,
        /// Factor at each drop. Default 0.1.
        #[serde(default = "tenth")]
        gamma: f64,
    },
    /// `lr · gamma^epoch`, falling at every step: `epoch` is a fraction within an epoch.
    Exponential {
        /// Factor per epoch.
        gamma: f64,
    },
    /// `(lr − end) · (1 − t)^power + end`, with t from 0 to 1 over the rest of the run.
    Polynomial {
        /// Default 1.
        #[serde(default = "one")]
        power: f64,
        /// Last learning rate as a share of `lr`. Default 0.
        #[serde(default)]
        end: f64,
    },
    /// `lr / (1 + rate · epoch)`, falling at every step.
    InverseTime {
        /// Decay per epoch.
        rate: f64,
    },
    /// From `lr` to `end · lr` in a straight line over the rest of the run.
    Linear {
        /// Last learning rate as a share of `lr`. Default 0.
        #[serde(default)]
        end: f64,
    },
    /// Half a cosine from `lr` to `end · lr` over the rest of the run; stays there.
    Cosine {
        /// Last learning rate as a share of `lr`. Default 0.
        #[serde(default)]
        end: f64,
    },
    /// PyTorch's `OneCycleLR`: cosine up to `lr`, cosine down; `lr` is the maximum.
    OneCycle {
        /// Share of the run spent rising. Default 0.3.
        #[serde(default = "three_tenths")]
        rise: f64,
        /// First rate is `lr / div`. Default 25.
        #[serde(default = "twenty_five")]
        div: f64,
        /// Last rate is `lr / div / final_div`. Default 1e4.
        #[serde(default = "ten_thousand")]
        final_div: f64,
    },
    /// Multiplies by `factor` when the metric has not improved for `patience` epochs (PyTorch's `ReduceLROnPlateau`).
    /// The warm-up's own epochs are not counted.
    Plateau {
        /// Factor at each drop. Default 0.1.
        #[serde(default = "tenth")]
        factor: f64,
        /// Epochs without improvement that are tolerated. Default 10.
        #[serde(default = "ten")]
        patience: u64,
        /// Relative improvement that counts. Default 1e-4.
        #[serde(default = "threshold")]
        threshold: f64,
        /// Epochs after a drop in which nothing is counted. Default 0.
        #[serde(default)]
        cooldown: u64,
        /// Smallest rate, as a share of `lr`. Default 0.
        #[serde(default)]
        min: f64,
    },
}

fn one() -> f64 {
    1.0
}
fn tenth() -> f64 {
    0.1
}
fn three_tenths() -> f64 {
    0.3
}
fn twenty_five() -> f64 {
    25.0
}
fn ten_thousand() -> f64 {
    1e4
}
fn threshold() -> f64 {
    1e-4
}
fn ten() -> u64 {
    10
}
