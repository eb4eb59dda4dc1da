//! Up and down in straight lines.

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::ScheduleKind;
use crate::schema::JsonSchema;
use crate::{OptimError, Schedule, Stretch};

/// How the height of the cycles of a cyclic schedule changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CycleMode {
    /// Not at all.
    #[default]
    Triangular,
    /// Halved after each cycle.
    Triangular2,
    /// Times `gamma` per epoch, at every step.
    ExpRange,
}

/// Up and down between `base · lr` and `lr` in straight lines, as `CyclicLR` (Smith 2017).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { mode: CycleMode::Triangular2, cycle_momentum: true, ..Self::new(2.0) })]
pub struct CyclicShape {
    /// Epochs of the rise, greater than 0.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub rise: f64,
    /// Epochs of the fall, greater than 0. Default: those of the rise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub fall: Option<f64>,
    /// Lowest learning rate as a share of `lr`, `[0, 1]`. Default 0.1.
    #[serde(default = "tenth")]
    #[schemars(transform = Range::UNIT.bounds())]
    pub base: f64,
    /// How the height of the cycles changes. Default triangular: not at all.
    #[serde(default)]
    pub mode: CycleMode,
    /// Factor per epoch on the height, for the mode exp-range, greater than 0. Default 1 (PyTorch's is per step).
    #[serde(default = "one")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub gamma: f64,
    /// Whether the momentum (or first beta) moves against the rate. Default false (PyTorch: true).
    #[serde(default)]
    pub cycle_momentum: bool,
    /// Momentum where the rate is highest, `[0, 1)`. Default 0.8.
    #[serde(default = "four_fifths")]
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub base_momentum: f64,
    /// Momentum where the rate is lowest, `[0, 1)`. Default 0.9.
    #[serde(default = "nine_tenths")]
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub max_momentum: f64,
}

fn tenth() -> f64 {
    0.1
}

fn one() -> f64 {
    1.0
}

fn four_fifths() -> f64 {
    0.8
}

fn nine_tenths() -> f64 {
    0.9
}

impl CyclicShape {
    /// Rises and falls of so many epochs each, with the defaults for all else.
    pub fn new(rise: f64) -> Self {
        Self {
            rise,
            fall: None,
            base: tenth(),
            mode: CycleMode::default(),
            gamma: one(),
            cycle_momentum: false,
            base_momentum: four_fifths(),
            max_momentum: nine_tenths(),
        }
    }

    fn cycle(&self, base: f64, top: f64, stretch: &Stretch<'_>) -> Result<Cyclic, OptimError> {
        let rise = stretch.length("rise", self.rise)?;
        let fall = self.fall.map_or(Ok(rise), |fall| stretch.length("fall", fall))?;
        let gamma = stretch.number("gamma", self.gamma, Range::POSITIVE)?;
        let gamma = gamma.powf(1.0 / stretch.steps_per_epoch() as f64);
        Ok(Cyclic { base, top, rise, fall, mode: self.mode, gamma })
    }
}

impl ScheduleKind for CyclicShape {
    fn build(&self, base: f64, stretch: &Stretch<'_>) -> Result<Box<dyn Schedule>, OptimError> {
        let low = base * stretch.number("base", self.base, Range::UNIT)?;
        Ok(Box::new(self.cycle(low, base, stretch)?))
    }

    fn momentum(&self, stretch: &Stretch<'_>) -> Result<Option<Box<dyn Schedule>>, OptimError> {
        if !self.cycle_momentum {
            return Ok(None);
        }
        let base = stretch.number("base_momentum", self.base_momentum, Range::BELOW_ONE)?;
        let max = stretch.number("max_momentum", self.max_momentum, Range::BELOW_ONE)?;
        Ok(Some(Box::new(self.cycle(max, base, stretch)?)))
    }

    fn only_whole(&self) -> Option<&'static str> {
        self.cycle_momentum.then_some("cycle_momentum moves a second setting")
    }
}

/// Straight up from `base` to `top` in `rise` steps, straight down in `fall`, again and again. With `top` below `base` it
/// goes down first, as PyTorch's momentum does.
#[derive(Debug)]
struct Cyclic {
    base: f64,
    top: f64,
    /// Steps, at least 1.
    rise: u64,
    /// Steps, at least 1.
    fall: u64,
    mode: CycleMode,
    /// Factor per step, for [`CycleMode::ExpRange`].
    gamma: f64,
}

impl Schedule for Cyclic {
    fn at(&self, step: u64) -> f64 {
        let length = self.rise.saturating_add(self.fall);
        let (cycle, place) = (step / length, step % length);
        let height = if place <= self.rise {
            place as f64 / self.rise as f64
        } else {
            (length - place) as f64 / self.fall as f64
        };
        let scale = match self.mode {
            CycleMode::Triangular => 1.0,
            CycleMode::Triangular2 => 0.5_f64.powf(cycle as f64),
            CycleMode::ExpRange => self.gamma.powf(step as f64),
        };
        self.base + (self.top - self.base) * height * scale
    }
}
