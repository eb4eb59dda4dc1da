//! Up, then far down.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schedule::phases::{Phase, Phases};
use crate::schema::JsonSchema;
use crate::{Anneal, OptimError, Schedule, Stretch};

/// PyTorch's `OneCycleLR` (Smith and Topin 2018): up to `lr`, then far down; `lr` is the maximum.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { cycle_momentum: true, ..Self::default() })]
pub struct OneCycleShape {
    /// Share of the run spent rising, `[0, 1]`. Default 0.3.
    #[schemars(transform = Range::UNIT.bounds())]
    pub rise: f64,
    /// First rate is `lr / div`, greater than 0. Default 25.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub div: f64,
    /// Last rate is `lr / div / final_div`, greater than 0. Default 1e4.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub final_div: f64,
    /// The line between two ends. Default cosine.
    pub anneal: Anneal,
    /// Whether it first comes down to where it rose from, over as many steps. Default false.
    pub three_phase: bool,
    /// Whether the momentum (or first beta) moves against the rate. Default false (PyTorch: true).
    pub cycle_momentum: bool,
    /// Momentum where the rate is highest, `[0, 1)`. Default 0.85.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub base_momentum: f64,
    /// Momentum where the rate is lowest, `[0, 1)`. Default 0.95.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub max_momentum: f64,
}

impl Default for OneCycleShape {
    fn default() -> Self {
        Self {
            rise: 0.3,
            div: 25.0,
            final_div: 1e4,
            anneal: Anneal::Cosine,
            three_phase: false,
            cycle_momentum: false,
            base_momentum: 0.85,
            max_momentum: 0.95,
        }
    }
}

impl OneCycleShape {
    /// From `first` to `top` over the rise, and to `last` at the last step; with three phases back to `first` in between.
    /// Steps count from 0, so each end is one earlier.
    fn phases(&self, [first, top, last]: [f64; 3], stretch: &Stretch<'_>) -> Result<Phases, OptimError> {
        let rise = stretch.number("rise", self.rise, Range::UNIT)?;
        let total = stretch.total() as f64;
        let mut phases = vec![Phase { end: rise * total - 1.0, from: first, to: top }];
        if self.three_phase {
            phases.push(Phase { end: 2.0 * rise * total - 2.0, from: top, to: first });
        }
        phases.push(Phase { end: total - 1.0, from: if self.three_phase { first } else { top }, to: last });
        Ok(Phases { anneal: self.anneal, phases })
    }
}

impl ScheduleKind for OneCycleShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let first = base / stretch.number("div", self.div, Range::POSITIVE)?;
        let last = first / stretch.number("final_div", self.final_div, Range::POSITIVE)?;
        Ok(Box::new(self.phases([first, base, last], stretch)?))
    }

    fn momentum(&self, stretch: &Stretch<'_>) -> Result<Option<Box<dyn Schedule>>, OptimError> {
        if !self.cycle_momentum {
            return Ok(None);
        }
        let base = stretch.number("base_momentum", self.base_momentum, Range::BELOW_ONE)?;
        let max = stretch.number("max_momentum", self.max_momentum, Range::BELOW_ONE)?;
        Ok(Some(Box::new(self.phases([max, base, max], stretch)?)))
    }

    fn only_whole(&self) -> Option<&'static str> {
        self.cycle_momentum.then_some("cycle_momentum moves a second setting")
    }
}
