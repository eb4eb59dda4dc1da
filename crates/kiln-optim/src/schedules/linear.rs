//! A straight line over the run.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use super::polynomial::Polynomial;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// From `start · lr` to `end · lr` in a straight line over the rest of the run, as `LinearLR`. It stays at its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { start: 1.0, end: 0.1 })]
pub struct LinearShape {
    /// First learning rate as a share of `lr`, at least 0. Default 1 (PyTorch: 1/3).
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub start: f64,
    /// Last learning rate as a share of `lr`, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
    pub end: f64,
}

impl Default for LinearShape {
    fn default() -> Self {
        Self { start: 1.0, end: 0.0 }
    }
}

impl ScheduleKind for LinearShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        Ok(Box::new(Polynomial {
            lr: base * stretch.number("start", self.start, Range::at_least(0.0))?,
            end: base * stretch.number("end", self.end, Range::UNIT)?,
            power: 1.0,
            total: stretch.total(),
        }))
    }
}
