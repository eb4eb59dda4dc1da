//! Schedules that reach their end at the last step of the run: polynomial, linear, cosine.

use std::f64::consts::PI;

use super::Schedule;

/// The share of the run that lies behind `step`, 1 from the end on.
fn share(step: u64, total: u64) -> f64 {
    if step >= total { 1.0 } else { step as f64 / total as f64 }
}

/// `(lr − end) · (1 − t)^power + end`: `PolynomialLR` with `end` 0, `LinearLR` with `power` 1.
#[derive(Debug)]
pub(super) struct Polynomial {
    pub(super) lr: f64,
    pub(super) end: f64,
    pub(super) power: f64,
    pub(super) total: u64,
}

impl Schedule for Polynomial {
    fn at(&self, step: u64) -> f64 {
        (self.lr - self.end) * (1.0 - share(step, self.total)).powf(self.power) + self.end
    }
}

/// `end + (lr − end) · (1 + cos πt) / 2`: `CosineAnnealingLR` up to its end; it stays there.
#[derive(Debug)]
pub(super) struct Cosine {
    pub(super) lr: f64,
    pub(super) end: f64,
    pub(super) total: u64,
}

impl Schedule for Cosine {
    fn at(&self, step: u64) -> f64 {
        cosine(self.lr, self.end, share(step, self.total))
    }
}

/// Half a cosine from `from` (t = 0) to `to` (t = 1).
pub(super) fn cosine(from: f64, to: f64, t: f64) -> f64 {
    to + (from - to) / 2.0 * (1.0 + (PI * t).cos())
}
