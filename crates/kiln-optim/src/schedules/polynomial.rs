//! A power of the share of the run that is left.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::anneal::share;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// `(lr − end) · (1 − t)^power + end`, with t from 0 to 1 over the rest of the run; with `end` 0 as `PolynomialLR`. It stays at
/// its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { power: 2.0, ..Self::default() })]
pub struct PolynomialShape {
    /// Power, greater than 0. Default 1.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub power: f64,
    /// Last learning rate as a share of `lr`, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
    pub end: f64,
}

impl Default for PolynomialShape {
    fn default() -> Self {
        Self { power: 1.0, end: 0.0 }
    }
}

impl ScheduleKind for PolynomialShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        Ok(Box::new(Polynomial {
            lr: base,
            end: base * stretch.number("end", self.end, Range::UNIT)?,
            power: stretch.number("power", self.power, Range::POSITIVE)?,
            total: stretch.total(),
        }))
    }
}

/// With `power` 1 it is a straight line.
#[derive(Debug)]
pub(super) struct Polynomial {
    pub(super) lr: f64,
    pub(super) end: f64,
    pub(super) power: f64,
    pub(super) total: u64,
}

impl Schedule for Polynomial {
    fn at(&self, step: u64) -> f64 {
        (self.lr - self.end) * (1.0 - share(step, self.total)).powf(self.power) + self.end
    }
}
