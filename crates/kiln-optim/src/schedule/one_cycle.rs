//! One cycle: up, then far down.

use super::Schedule;
use super::annealing::cosine;

/// `OneCycleLR` of PyTorch with cosine annealing and two phases (Smith and Topin 2018): from `lr / div` up to `lr`
/// over the share `rise` of the run, then down to `lr / div / final_div` at its last step; it stays there.
#[derive(Debug)]
pub(super) struct OneCycle {
    pub(super) lr: f64,
    pub(super) rise: f64,
    pub(super) div: f64,
    pub(super) final_div: f64,
    pub(super) total: u64,
}

impl Schedule for OneCycle {
    fn at(&self, step: u64) -> f64 {
        let first = self.lr / self.div;
        let last = first / self.final_div;
        // Steps count from 0, so the last one is total − 1; PyTorch takes one step off the rise too.
        let end = self.total as f64 - 1.0;
        let top = self.rise * self.total as f64 - 1.0;
        let step = step as f64;
        if step >= end && end > top {
            last
        } else if step <= top {
            // A rise of one step has no length: it is all top.
            if top > 0.0 { cosine(first, self.lr, step / top) } else { self.lr }
        } else if step >= end {
            self.lr
        } else {
            cosine(self.lr, last, (step - top) / (end - top))
        }
    }
}
