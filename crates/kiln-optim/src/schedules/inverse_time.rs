//! One over time.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr / (1 + rate · epoch)`, falling at every step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { rate: 0.1 })]
pub struct InverseTimeShape {
    /// Decay per epoch, at least 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub rate: f64,
}

impl InverseTimeShape {
    /// This rate of decay.
    pub fn new(rate: f64) -> Self {
        Self { rate }
    }
}

impl ScheduleKind for InverseTimeShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let rate = stretch.number("rate", self.rate, Range::at_least(0.0))?;
        Ok(Box::new(InverseTime { lr: base, rate, steps_per_epoch: stretch.steps_per_epoch() as f64 }))
    }
}

#[derive(Debug)]
struct InverseTime {
    lr: f64,
    rate: f64,
    steps_per_epoch: f64,
}

impl Schedule for InverseTime {
    fn at(&self, step: u64) -> f64 {
        self.lr / (1.0 + self.rate * (step as f64 / self.steps_per_epoch))
    }
}
