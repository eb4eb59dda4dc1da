//! Smaller steps when a metric no longer improves.

use serde::{Deserialize, Serialize};

use crate::ThresholdMode;

/// `ReduceLROnPlateau` of PyTorch, as a factor on the schedule.
///
/// With a relative threshold an epoch counts as better when the metric is below `best − threshold · |best|` (above `best + threshold · |best|`
/// where more is better); PyTorch's own formula has the wrong sign for negative metrics. A metric that is not finite
/// is never better. Epochs that end within the warm-up set the best but are never counted as bad.
#[derive(Debug)]
pub(super) struct Plateau {
    pub(super) factor: f64,
    pub(super) patience: u64,
    pub(super) threshold: f64,
    pub(super) mode: ThresholdMode,
    pub(super) cooldown: u64,
    /// Smallest scale.
    pub(super) min: f64,
    /// Epochs of warm-up, a fraction counts as a whole one.
    pub(super) warmup: u64,
    pub(super) state: PlateauState,
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
    pub(super) fn scale(&self) -> f64 {
        self.state.scale
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

    pub(super) fn observe(&mut self, metric: f64, maximise: bool) -> bool {
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
