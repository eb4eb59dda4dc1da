//! Smaller steps when a metric no longer improves.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::{Constant, ScheduleKind};
use crate::schema::JsonSchema;
use crate::{OptimError, Plateau, PlateauState, Schedule, Stretch, ThresholdMode};

/// Multiplies by `factor` when the metric has not improved for `patience` epochs, as `ReduceLROnPlateau`. The warm-up's own
/// epochs are not counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { factor: 0.5, patience: 5, ..Self::default() })]
pub struct PlateauShape {
    /// Factor at each drop, `[0, 1)`. Default 0.1.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub factor: f64,
    /// Epochs without improvement that are tolerated. Default 10.
    pub patience: u64,
    /// Improvement that counts, at least 0. Default 1e-4.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub threshold: f64,
    /// Whether the threshold is a share of the best value or a distance from it. Default rel.
    pub threshold_mode: ThresholdMode,
    /// Epochs after a drop in which nothing is counted. Default 0.
    pub cooldown: u64,
    /// Smallest rate, as a share of `lr`, `[0, 1]`. Default 0.
    #[schemars(transform = Range::UNIT.bounds())]
    pub min: f64,
}

impl Default for PlateauShape {
    fn default() -> Self {
        Self {
            factor: 0.1,
            patience: 10,
            threshold: 1e-4,
            threshold_mode: ThresholdMode::Rel,
            cooldown: 0,
            min: 0.0,
        }
    }
}

impl ScheduleKind for PlateauShape {
    fn build(&self, base: f64, _: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        Ok(Box::new(Constant { value: base }))
    }

    fn plateau(&self, warmup: f64, stretch: &Stretch<'_>) -> Result<Option<Plateau>, OptimError> {
        Ok(Some(Plateau {
            factor: stretch.number("factor", self.factor, Range::BELOW_ONE)?,
            patience: self.patience,
            threshold: stretch.number("threshold", self.threshold, Range::at_least(0.0))?,
            mode: self.threshold_mode,
            cooldown: self.cooldown,
            min: stretch.number("min", self.min, Range::UNIT)?,
            warmup: warmup.ceil() as u64,
            state: PlateauState::default(),
        }))
    }

    fn needs_metric(&self) -> bool {
        true
    }

    fn only_whole(&self) -> Option<&'static str> {
        Some("a plateau follows a metric, not the step")
    }
}
