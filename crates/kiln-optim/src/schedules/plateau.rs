//! Smaller steps when a metric no longer improves.

use kiln_core::Range;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Constant, ScheduleKind};
use crate::{OptimError, Schedule, Stretch};

/// What the threshold of a plateau schedule is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ThresholdMode {
    /// A share of the best value.
    #[default]
    Rel,
    /// The unit of the metric.
    Abs,
}

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

/// `ReduceLROnPlateau` of PyTorch, as a factor on the schedule.
///
/// With a relative threshold an epoch counts as better when the metric is below `best − threshold · |best|`, above
/// `best + threshold · |best|` where more is better. PyTorch's own formula has the wrong sign for negative metrics. A metric that is not finite
/// is never better. Epochs that end within the warm-up set the best but are never counted as bad.
#[derive(Debug)]
pub struct Plateau {
    factor: f64,
    patience: u64,
    threshold: f64,
    mode: ThresholdMode,
    cooldown: u64,
    /// Smallest scale.
    min: f64,
    /// Epochs of warm-up, a fraction counts as a whole one.
    warmup: u64,
    state: PlateauState,
}

/// What a plateau schedule remembers from epoch to epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlateauState {
    /// Number of metrics seen.
    pub epochs: u64,
    /// The factor on the learning rate, 1 at first.
    pub scale: f64,
    /// The best metric so far, finite.
    pub best: Option<f64>,
    /// Epochs without improvement since the last one or the last drop.
    pub bad: u64,
    /// Epochs left in which nothing is counted.
    pub cooldown: u64,
}

impl Default for PlateauState {
    fn default() -> Self {
        Self { epochs: 0, scale: 1.0, best: None, bad: 0, cooldown: 0 }
    }
}

impl Plateau {
    /// The factor on the learning rate.
    pub fn scale(&self) -> f64 {
        self.state.scale
    }

    /// What it remembers.
    pub fn state(&self) -> PlateauState {
        self.state.clone()
    }

    /// Takes up what [`Plateau::state`] gave.
    pub fn restore(&mut self, state: PlateauState) {
        self.state = state;
    }

    fn is_better(&self, metric: f64, maximise: bool) -> bool {
        metric.is_finite()
            && self.state.best.is_none_or(|best| {
                let unit = match self.mode {
                    ThresholdMode::Rel => best.abs(),
                    ThresholdMode::Abs => 1.0,
                };
                let margin = self.threshold * unit;
                if maximise { metric > best + margin } else { metric < best - margin }
            })
    }

    /// Takes in the metric of the epoch that just ended, and whether more is better. Gives back whether the factor fell.
    pub fn observe(&mut self, metric: f64, maximise: bool) -> bool {
        self.state.epochs += 1;
        if self.is_better(metric, maximise) {
            self.state.best = Some(metric);
            self.state.bad = 0;
        } else if self.state.epochs > self.warmup {
            self.state.bad += 1;
        }
        if self.state.cooldown > 0 {
            self.state.cooldown -= 1;
            self.state.bad = 0;
        }
        if self.state.bad <= self.patience {
            return false;
        }
        let before = self.state.scale;
        self.state.scale = (before * self.factor).max(self.min).min(before);
        self.state.cooldown = self.cooldown;
        self.state.bad = 0;
        self.state.scale < before
    }
}
