//! An exponential moving average.

use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use super::kind::{AverageKind, Timing, at_least_one};
use crate::schema::JsonSchema;

/// Exponential moving average of the weights and of running statistics, as timm's `ModelEmaV3`:
/// `average ← average + (1 − decay) · (weights − average)`; the first average is the weights.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { decay: 0.99, warmup: true, ..Self::default() })]
pub struct EmaConfig {
    /// How much of the average stays at an update, `[0, 1]`. Default 0.999 (timm: 0.9999).
    #[schemars(transform = Range::UNIT.bounds())]
    pub decay: f64,
    /// Epochs, maybe a fraction, before the first update, at least 0. Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub start: f64,
    /// Steps from one update to the next, at least 1. Default 1.
    #[schemars(range(min = 1))]
    pub every: u64,
    /// Whether the decay rises: at update t (0 for the first) it is at most `1 − (1 + t / gamma)^−power`. Default false.
    pub warmup: bool,
    /// The gamma of the rise, greater than 0. Default 1.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub warmup_gamma: f64,
    /// The power of the rise, greater than 0. Default 2/3.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub warmup_power: f64,
    /// Least decay while it rises, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
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

impl AverageKind for EmaConfig {
    fn timing(&self, steps_per_epoch: u64, _: u64) -> Result<Timing, NumberError> {
        let start = Range::at_least(0.0).check("average.start", self.start)?;
        Range::UNIT.check("average.decay", self.decay)?;
        Range::UNIT.check("average.min_decay", self.min_decay)?;
        Range::POSITIVE.check("average.warmup_gamma", self.warmup_gamma)?;
        Range::POSITIVE.check("average.warmup_power", self.warmup_power)?;
        let every = at_least_one("average.every", self.every)?;
        Ok(Timing { start: (start * steps_per_epoch as f64).round() as u64, every })
    }

    fn kept(&self, updates: u64) -> f64 {
        if !self.warmup {
            return self.decay;
        }
        let risen = 1.0 - (1.0 + updates as f64 / self.warmup_gamma).powf(-self.warmup_power);
        risen.min(self.decay).max(self.min_decay)
    }

    fn evaluate(&self) -> bool {
        self.evaluate
    }

    fn averages_statistics(&self) -> bool {
        true
    }
}
