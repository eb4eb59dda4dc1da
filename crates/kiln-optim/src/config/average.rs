//! The section `[average]`.

use serde::{Deserialize, Serialize};

/// The section `[average]`: an average of the weights beside those that are trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum AverageConfig {
    /// Exponential moving average.
    Ema(EmaConfig),
    /// Stochastic weight averaging.
    Swa(SwaConfig),
}

/// Exponential moving average of the weights and of running statistics, as timm's `ModelEmaV3`:
/// `average ← average + (1 − decay) · (weights − average)`; the first average is the weights.
///
/// | setting | default | range |
/// |---|---|---|
/// | `decay`, `min_decay` | 0.999, 0 | [0, 1] |
/// | `start` | 0 | at least 0 |
/// | `every` | 1 | at least 1 |
/// | `warmup_gamma`, `warmup_power` | 1, 2/3 | greater than 0 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EmaConfig {
    /// How much of the average stays at an update. Default 0.999 (timm: 0.9999).
    pub decay: f64,
    /// Epochs, maybe a fraction, before the first update. Default 0.
    pub start: f64,
    /// Steps from one update to the next. Default 1.
    pub every: u64,
    /// Whether the decay rises: at update t (0 for the first) it is at most `1 − (1 + t / gamma)^−power`. Default false.
    pub warmup: bool,
    /// The gamma of the rise. Default 1.
    pub warmup_gamma: f64,
    /// The power of the rise. Default 2/3.
    pub warmup_power: f64,
    /// Least decay while it rises. Default 0.
    pub min_decay: f64,
    /// Whether validation, early stopping and the best weights go by the average. Default true.
    pub evaluate: bool,
}

impl Default for EmaConfig {
    fn default() -> Self {
        Self {
            decay: 0.999,
            start: 0.0,
            every: 1,
            warmup: false,
            warmup_gamma: 1.0,
            warmup_power: 2.0 / 3.0,
            min_decay: 0.0,
            evaluate: true,
        }
    }
}

/// Stochastic weight averaging (Izmailov et al. 2018): the mean of the weights at equal distances, as
/// `torch.optim.swa_utils.AveragedModel`. Running statistics of batch norm are computed anew by a pass over the training
/// items before the average is evaluated, as `update_bn` does.
///
/// | setting | default | range |
/// |---|---|---|
/// | `start` | 0.75 | [0, 1) |
/// | `every` | an epoch | at least 1 |
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SwaConfig {
    /// Share of the run before the first weights are taken. Default 0.75.
    pub start: f64,
    /// Steps from one set of weights to the next. Default: those of an epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<u64>,
    /// Whether validation, early stopping and the best weights go by the average. Default true.
    pub evaluate: bool,
}

impl Default for SwaConfig {
    fn default() -> Self {
        Self { start: 0.75, every: None, evaluate: true }
    }
}
