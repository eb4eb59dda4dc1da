//! A drop every few epochs.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr · gamma^floor(epoch / every)`, as `torch.optim.lr_scheduler.StepLR`; `every` counts as whole steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { every: 10.0, gamma: 0.5 })]
pub struct StepShape {
    /// Epochs between two drops, greater than 0.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub every: f64,
    /// Factor at each drop, greater than 0. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub gamma: f64,
}

impl StepShape {
    /// A tenth every so many epochs.
    pub fn new(every: f64) -> Self {
        Self { every, gamma: tenth() }
    }
}

fn tenth() -> f64 {
    0.1
}

impl ScheduleKind for StepShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let every = stretch.length("every", self.every)?;
        Ok(Box::new(Step { lr: base, every, gamma: stretch.number("gamma", self.gamma, Range::POSITIVE)? }))
    }
}

#[derive(Debug)]
struct Step {
    lr: f64,
    gamma: f64,
    /// Steps between two drops, at least 1.
    every: u64,
}

impl Schedule for Step {
    fn at(&self, step: u64) -> f64 {
        self.lr * self.gamma.powf((step / self.every) as f64)
    }
}
