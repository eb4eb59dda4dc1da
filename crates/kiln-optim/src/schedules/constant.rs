//! A schedule that does not change.

use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `lr`, the same at every step.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self {})]
pub struct ConstantShape {}

impl ScheduleKind for ConstantShape {
    fn build(&self, base: f64, _: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        Ok(Box::new(Constant { value: base }))
    }
}

/// The same value for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    /// The value.
    pub value: f64,
}

impl Schedule for Constant {
    fn at(&self, _: u64) -> f64 {
        self.value
    }
}
