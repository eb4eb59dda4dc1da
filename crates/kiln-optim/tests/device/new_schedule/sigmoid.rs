//! A sigmoid over the run.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr / (1 + exp(steepness · (t − middle)))`, with t from 0 to 1 over the rest of the run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { steepness: 20.0, middle: 0.75 })]
pub struct SigmoidShape {
    /// How steep the fall is, greater than 0. Default 10.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub steepness: f64,
    /// Where in the run the rate is half of `lr`, `[0, 1]`. Default 0.5.
    #[schemars(transform = Range::UNIT.bounds())]
    pub middle: f64,
}

impl Default for SigmoidShape {
    fn default() -> Self {
        Self { steepness: 10.0, middle: 0.5 }
    }
}

impl ScheduleKind for SigmoidShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let steepness = stretch.number("steepness", self.steepness, Range::POSITIVE)?;
        let middle = stretch.number("middle", self.middle, Range::UNIT)?;
        Ok(Box::new(Sigmoid { lr: base, steepness, middle, total: stretch.total() as f64 }))
    }
}

#[derive(Debug)]
struct Sigmoid {
    lr: f64,
    steepness: f64,
    middle: f64,
    total: f64,
}

impl Schedule for Sigmoid {
    fn at(&self, step: u64) -> f64 {
        let t = (step as f64 / self.total.max(1.0)).min(1.0);
        self.lr / (1.0 + (self.steepness * (t - self.middle)).exp())
    }
}
