//! Half cosines, again and again.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::anneal::cosine;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// Half cosines from `lr` to `end · lr`, again and again, as `CosineAnnealingWarmRestarts`: SGDR of Loshchilov and Hutter
/// (2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { every: 5.0, mult: 2, gamma: 1.0, end: 0.0 })]
pub struct CosineRestartsShape {
    /// Epochs of the first cycle, greater than 0.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub every: f64,
    /// Each cycle is this many times as long as the one before, a whole number, at least 1. Default 1.
    #[serde(default = "once")]
    #[schemars(range(min = 1))]
    pub mult: u64,
    /// Factor on the highest rate at each restart, greater than 0. Default 1.
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub gamma: f64,
    /// Lowest learning rate as a share of `lr`, `[0, 1]`. Default 0.
    #[serde(default)]
    #[schemars(transform = Range::UNIT.bounds())]
    pub end: f64,
}

impl CosineRestartsShape {
    /// Cycles of so many epochs, all alike.
    pub fn new(every: f64) -> Self {
        Self { every, mult: once(), gamma: one(), end: 0.0 }
    }
}

fn once() -> u64 {
    1
}

fn one() -> f64 {
    1.0
}

impl ScheduleKind for CosineRestartsShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        Ok(Box::new(CosineRestarts {
            lr: base,
            end: base * stretch.number("end", self.end, Range::UNIT)?,
            first: stretch.length("every", self.every)?,
            mult: stretch.at_least_one("mult", self.mult)?,
            gamma: stretch.number("gamma", self.gamma, Range::POSITIVE)?,
        }))
    }
}

/// From `lr · gamma^cycle` to `end` over `first · mult^cycle` steps.
#[derive(Debug)]
struct CosineRestarts {
    lr: f64,
    end: f64,
    /// Steps of the first cycle, at least 1.
    first: u64,
    /// At least 1.
    mult: u64,
    gamma: f64,
}

impl Schedule for CosineRestarts {
    fn at(&self, step: u64) -> f64 {
        let (cycle, place, length) = if self.mult == 1 {
            (step / self.first, step % self.first, self.first)
        } else {
            // Lengths grow by powers: a handful of rounds.
            let (mut cycle, mut place, mut length) = (0, step, self.first);
            while place >= length {
                place -= length;
                length = length.saturating_mul(self.mult);
                cycle += 1;
            }
            (cycle, place, length)
        };
        let top = (self.lr * self.gamma.powf(cycle as f64)).max(self.end);
        cosine(top, self.end, place as f64 / length as f64)
    }
}
