//! A linear rise before any other schedule.

use super::Schedule;

/// `lr · (start + (1 − start) · step / steps)` for the first `steps` steps, then `rest` from its own step 0:
/// `SequentialLR` of `LinearLR` and the rest.
#[derive(Debug)]
pub(crate) struct Warmup {
    pub(crate) lr: f64,
    pub(crate) start: f64,
    pub(crate) steps: u64,
    pub(crate) rest: Box<dyn Schedule>,
}

impl Schedule for Warmup {
    fn at(&self, step: u64) -> f64 {
        if step < self.steps {
            self.lr * (self.start + (1.0 - self.start) * (step as f64 / self.steps as f64))
        } else {
            self.rest.at(step - self.steps)
        }
    }
}
