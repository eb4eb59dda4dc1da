//! Cosines that get longer and longer.

use std::f64::consts::TAU;

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::anneal::share;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// Cycles from 0 up to `lr` and back to 0, each twice as long as the one before: `lr · ½ (1 − cos(2π log₂(1 + (2^cycles − 1) t)))`, where `t`
/// goes from 0 to 1 over the run. `coslog4`, with the 4 cycles of the default, is RealMLP's (Holzmüller, Grinsztajn and Steinwart 2024);
/// its other one, `flat_cos`, is `stable-decay` with `decay = 0.5` and `anneal = "cosine"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { cycles: 3.0 })]
pub struct CoslogShape {
    /// How many cycles there are, `[1, 32]`. Default 4.
    #[schemars(transform = Range::between(1.0, 32.0).bounds())]
    pub cycles: f64,
}

impl Default for CoslogShape {
    fn default() -> Self {
        Self { cycles: 4.0 }
    }
}

impl ScheduleKind for CoslogShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let cycles = stretch.number("cycles", self.cycles, Range::between(1.0, 32.0))?;
        Ok(Box::new(Coslog { lr: base, cycles, total: stretch.total() }))
    }
}

#[derive(Debug)]
struct Coslog {
    lr: f64,
    cycles: f64,
    total: u64,
}

impl Schedule for Coslog {
    fn at(&self, step: u64) -> f64 {
        let cycle = (1.0 + (self.cycles.exp2() - 1.0) * share(step, self.total)).log2();
        self.lr * 0.5 * (1.0 - (TAU * cycle).cos())
    }
}
