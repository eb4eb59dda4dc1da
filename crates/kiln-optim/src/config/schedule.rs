//! The section `[schedule]`. Defaults are PyTorch's.

use serde::{Deserialize, Serialize};

use super::curve::{Anneal, CycleMode, ThresholdMode};

/// The section `[schedule]`: how the learning rate of `[optim]` changes. Lengths are in epochs and may be fractions;
/// the rate changes at every step.
///
/// The sections `[momentum_schedule]` and `[weight_decay_schedule]` are of this type too: there `lr` stands for the
/// momentum (or first beta) and the weight decay of `[optim]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleConfig {
    /// Factor on the learning rate, at least 0: for the parts of a sequence. Default 1.
    #[serde(default = "one")]
    pub scale: f64,
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

impl Default for ScheduleConfig {
    fn default() -> Self {
        Self { scale: 1.0, warmup: 0.0, warmup_start: 0.0, shape: ShapeConfig::Constant }
    }
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
    /// `lr · (1 + step)^(−power)`, falling at every step: scikit-learn's `invscaling`, whose updates are counted from 1.
    InversePower {
        /// Default 0.5, as with scikit-learn's `MLPClassifier` (`SGDRegressor`: 0.25). `MLPClassifier` puts the items
        /// seen up to the last whole epoch in the place of the step, so its rate falls once an epoch.
        #[serde(default = "half")]
        power: f64,
    },
    /// From `start · lr` to `end · lr` in a straight line over the rest of the run.
    Linear {
        /// First learning rate as a share of `lr`, at least 0. Default 1 (PyTorch: 1/3).
        #[serde(default = "one")]
        start: f64,
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
    /// Half cosines from `lr` to `end · lr`, again and again: PyTorch's `CosineAnnealingWarmRestarts`, SGDR of
    /// Loshchilov and Hutter (2017).
    CosineRestarts {
        /// Epochs of the first cycle.
        every: f64,
        /// Each cycle is this many times as long as the one before, a whole number, at least 1. Default 1.
        #[serde(default = "once")]
        mult: u64,
        /// Factor on the highest rate at each restart. Default 1.
        #[serde(default = "one")]
        gamma: f64,
        /// Lowest learning rate as a share of `lr`. Default 0.
        #[serde(default)]
        end: f64,
    },
    /// Up and down between `base · lr` and `lr` in straight lines: PyTorch's `CyclicLR` (Smith 2017).
    Cyclic {
        /// Epochs of the rise.
        rise: f64,
        /// Epochs of the fall. Default: those of the rise.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        fall: Option<f64>,
        /// Lowest learning rate as a share of `lr`. Default 0.1.
        #[serde(default = "tenth")]
        base: f64,
        /// How the height of the cycles changes. Default triangular: not at all.
        #[serde(default)]
        mode: CycleMode,
        /// Factor per epoch on the height, for the mode exp-range. Default 1 (PyTorch's is per step).
        #[serde(default = "one")]
        gamma: f64,
        /// Whether the momentum (or first beta) moves against the rate. Default false (PyTorch: true).
        #[serde(default)]
        cycle_momentum: bool,
        /// Momentum where the rate is highest. Default 0.8.
        #[serde(default = "four_fifths")]
        base_momentum: f64,
        /// Momentum where the rate is lowest. Default 0.9.
        #[serde(default = "nine_tenths")]
        max_momentum: f64,
    },
    /// PyTorch's `OneCycleLR` (Smith and Topin 2018): up to `lr`, then far down; `lr` is the maximum.
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
        /// The line between two ends. Default cosine.
        #[serde(default)]
        anneal: Anneal,
        /// Whether it first comes down to where it rose from, over as many steps. Default false.
        #[serde(default)]
        three_phase: bool,
        /// Whether the momentum (or first beta) moves against the rate. Default false (PyTorch: true).
        #[serde(default)]
        cycle_momentum: bool,
        /// Momentum where the rate is highest. Default 0.85.
        #[serde(default = "seventeen_twentieths")]
        base_momentum: f64,
        /// Momentum where the rate is lowest. Default 0.95.
        #[serde(default = "nineteen_twentieths")]
        max_momentum: f64,
    },
    /// `lr` until the last share of the run, then down to `end · lr`; with `warmup` the warm-up-stable-decay of Hu et
    /// al. (2024) and Hägele et al. (2024).
    StableDecay {
        /// Share of the run, without its warm-up, that is spent falling. Default 0.2.
        #[serde(default = "fifth")]
        decay: f64,
        /// Last learning rate as a share of `lr`. Default 0.
        #[serde(default)]
        end: f64,
        /// The line of the fall. Default linear.
        #[serde(default = "linear")]
        anneal: Anneal,
    },
    /// Linear rise, then the inverse square root of the step (Vaswani et al. 2017):
    /// `lr · √w · min(s / w^1.5, 1 / √s)` at the update number s from 1, w the steps of the rise: `lr` is the highest
    /// rate.
    Noam {
        /// Epochs of the rise.
        rise: f64,
        /// With a width d the rate is the paper's, `lr · min(s / w^1.5, 1 / √s) / √d`. Default: none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        model_size: Option<u64>,
    },
    /// One schedule after the other, each from its own step 0 to the start of the next (PyTorch's `SequentialLR`).
    Sequential {
        /// The schedules, each as this section: `parts = [{ kind = "constant" }, { kind = "cosine" }]`.
        parts: Vec<ScheduleConfig>,
        /// Epochs at which the second part, the third and so on start, rising: one fewer than parts.
        starts: Vec<f64>,
    },
    /// Schedules multiplied, as shares of `lr` (PyTorch's `ChainedScheduler` of factors).
    Product {
        /// The schedules, each as this section.
        parts: Vec<ScheduleConfig>,
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
        /// Improvement that counts. Default 1e-4.
        #[serde(default = "threshold")]
        threshold: f64,
        /// Whether the threshold is a share of the best value or a distance from it. Default rel.
        #[serde(default)]
        threshold_mode: ThresholdMode,
        /// Epochs after a drop in which nothing is counted. Default 0.
        #[serde(default)]
        cooldown: u64,
        /// Smallest rate, as a share of `lr`. Default 0.
        #[serde(default)]
        min: f64,
    },
}

fn once() -> u64 {
    1
}
fn linear() -> Anneal {
    Anneal::Linear
}
fn fifth() -> f64 {
    0.2
}
fn half() -> f64 {
    0.5
}
fn four_fifths() -> f64 {
    0.8
}
fn seventeen_twentieths() -> f64 {
    0.85
}
fn nine_tenths() -> f64 {
    0.9
}
fn nineteen_twentieths() -> f64 {
    0.95
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
