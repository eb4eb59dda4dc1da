//! Drops at given epochs.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr · gamma^(number of milestones passed)`, as `MultiStepLR`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { milestones: vec![30.0, 60.0], gamma: 0.1 })]
pub struct MultiStepShape {
    /// Epochs at which the rate drops, at least 0 and rising.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub milestones: Vec<f64>,
    /// Factor at each drop, greater than 0. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub gamma: f64,
}

impl MultiStepShape {
    /// A tenth at each of these epochs.
    pub fn new(milestones: Vec<f64>) -> Self {
        Self { milestones, gamma: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl ScheduleKind for MultiStepShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let gamma = stretch.number("gamma", self.gamma, Range::POSITIVE)?;
        let milestones = stretch.rising("milestones", &self.milestones)?;
        Ok(Box::new(MultiStep { lr: base, gamma, milestones }))
    }
}

#[derive(Debug)]
struct MultiStep {
    lr: f64,
    gamma: f64,
    /// Steps at which the rate drops, not falling.
    milestones: Vec<u64>,
}

impl Schedule for MultiStep {
    fn at(&self, step: u64) -> f64 {
        let passed = self.milestones.partition_point(|milestone| *milestone <= step);
        self.lr * self.gamma.powf(passed as f64)
    }
}
