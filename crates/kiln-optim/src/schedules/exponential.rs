//! A constant factor per epoch.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr · gamma^epoch`, falling at every step: `epoch` is a fraction within an epoch. It is `ExponentialLR` when an epoch has one
/// step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { gamma: 0.95 })]
pub struct ExponentialShape {
    /// Factor per epoch, greater than 0.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub gamma: f64,
}

impl ExponentialShape {
    /// This factor every epoch.
    pub fn new(gamma: f64) -> Self {
        Self { gamma }
    }
}

impl ScheduleKind for ExponentialShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let gamma = stretch.number("gamma", self.gamma, Range::POSITIVE)?;
        Ok(Box::new(Exponential { lr: base, gamma, steps_per_epoch: stretch.steps_per_epoch() as f64 }))
    }
}

#[derive(Debug)]
struct Exponential {
    lr: f64,
    gamma: f64,
    steps_per_epoch: f64,
}

impl Schedule for Exponential {
    fn at(&self, step: u64) -> f64 {
        self.lr * self.gamma.powf(step as f64 / self.steps_per_epoch)
    }
}
