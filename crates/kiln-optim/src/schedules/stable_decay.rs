//! Constant, then down at the end.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::phases::{Phase, Phases};
use crate::schema::JsonSchema;
use crate::{Anneal, OptimError, Schedule, Stretch};

/// `lr` until the last share of the run, then down to `end · lr`; with `warmup` the warm-up-stable-decay of Hu et al. (2024)
/// and Hägele et al. (2024).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { anneal: Anneal::Sqrt, ..Self::default() })]
pub struct StableDecayShape {
    /// Share of the run, without its warm-up, that is spent falling, `[0, 1]`. Default 0.2.
    #[schemars(transform = Range::UNIT.bounds())]
    pub decay: f64,
    /// Last learning rate as a share of `lr`, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
    pub end: f64,
    /// The line of the fall. Default linear.
    pub anneal: Anneal,
}

impl Default for StableDecayShape {
    fn default() -> Self {
        Self { decay: 0.2, end: 0.0, anneal: Anneal::Linear }
    }
}

impl ScheduleKind for StableDecayShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let total = stretch.total() as f64;
        let fall = (stretch.number("decay", self.decay, Range::UNIT)? * total).round();
        let end = base * stretch.number("end", self.end, Range::UNIT)?;
        let stable = Phase { end: total - fall, from: base, to: base };
        let fall = Phase { end: total, from: base, to: end };
        Ok(Box::new(Phases { anneal: self.anneal, phases: vec![stable, fall] }))
    }
}
