//! Schedules that come back: cyclic, and cosine with warm restarts.

use super::Schedule;
use super::annealing::cosine;
use crate::CycleMode;

/// `CyclicLR` (Smith 2017): straight up from `base` to `top` in `rise` steps, straight down in `fall`, again and again.
/// With `top` below `base` it goes down first, as PyTorch's momentum does.
#[derive(Debug)]
pub(super) struct Cyclic {
    pub(super) base: f64,
    pub(super) top: f64,
    /// Steps, at least 1.
    pub(super) rise: u64,
    /// Steps, at least 1.
    pub(super) fall: u64,
    pub(super) mode: CycleMode,
    /// Factor per step, for [`CycleMode::ExpRange`].
    pub(super) gamma: f64,
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

/// `CosineAnnealingWarmRestarts` (Loshchilov and Hutter 2017): half a cosine from `lr · gamma^cycle` to `end` over
/// `first · mult^cycle` steps, again and again.
#[derive(Debug)]
pub(super) struct Restarts {
    pub(super) lr: f64,
    pub(super) end: f64,
    /// Steps of the first cycle, at least 1.
    pub(super) first: u64,
    /// At least 1.
    pub(super) mult: u64,
    pub(super) gamma: f64,
}

impl Schedule for Restarts {
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
