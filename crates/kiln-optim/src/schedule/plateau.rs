//! A factor on the learning rate that falls when a metric no longer improves.

use serde::{Deserialize, Serialize};

use crate::schema::JsonSchema;

/// What the threshold of a plateau schedule is measured in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ThresholdMode {
    /// A share of the best value.
    #[default]
    Rel,
    /// The unit of the metric.
    Abs,
}

/// `ReduceLROnPlateau` of PyTorch, as a factor on the schedule.
///
/// With a relative threshold an epoch counts as better when the metric is below `best − threshold · |best|`, above
/// `best + threshold · |best|` where more is better. PyTorch's own formula has the wrong sign for negative metrics. A metric that is not finite
/// is never better. Epochs that end within the warm-up set the best but are never counted as bad.
#[derive(Debug)]
pub struct Plateau {
    pub(crate) factor: f64,
    pub(crate) patience: u64,
    pub(crate) threshold: f64,
    pub(crate) mode: ThresholdMode,
    pub(crate) cooldown: u64,
    /// Smallest scale.
    pub(crate) min: f64,
    /// Epochs of warm-up, a fraction counts as a whole one.
    pub(crate) warmup: u64,
    pub(crate) state: PlateauState,
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
