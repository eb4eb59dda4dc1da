//! Stochastic weight averaging.

use kiln_core::{NumberError, Range};
use serde::{Deserialize, Serialize};

use super::kind::{AverageKind, Timing, at_least_one};
use crate::schema::JsonSchema;

/// Stochastic weight averaging (Izmailov et al. 2018): the mean of the weights at equal distances, as
/// `torch.optim.swa_utils.AveragedModel`. Running statistics of batch norm are computed anew by a pass over the training
/// items before the average is evaluated, as `update_bn` does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { start: 0.5, every: Some(100), evaluate: true })]
pub struct SwaConfig {
    /// Share of the run before the first weights are taken, `[0, 1)`. Default 0.75.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub start: f64,
    /// Steps from one set of weights to the next, at least 1. Default: those of an epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub every: Option<u64>,
    /// Whether validation, early stopping and the best weights go by the average. Default true.
    pub evaluate: bool,
}

impl Default for SwaConfig {
    fn default() -> Self {
        Self { start: 0.75, every: None, evaluate: true }
    }
}

impl AverageKind for SwaConfig {
    fn timing(&self, steps_per_epoch: u64, total_steps: u64) -> Result<Timing, NumberError> {
        let start = Range::BELOW_ONE.check("average.start", self.start)?;
        let every = at_least_one("average.every", self.every.unwrap_or(steps_per_epoch.max(1)))?;
        Ok(Timing { start: (start * total_steps as f64).floor() as u64, every })
    }

    fn kept(&self, updates: u64) -> f64 {
        let t = updates as f64;
        t / (t + 1.0)
    }

    fn evaluate(&self) -> bool {
        self.evaluate
    }

    fn averages_statistics(&self) -> bool {
        false
    }
}
