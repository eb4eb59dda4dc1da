//! Stretches between given levels: one-cycle, and stable with a decay at the end.

use super::Schedule;
use crate::Anneal;

/// One stretch after the other, each from a level to the next over its steps; it stays at the last level.
#[derive(Debug)]
pub(crate) struct Phases {
    pub(crate) anneal: Anneal,
    pub(crate) phases: Vec<Phase>,
}

/// One stretch. It starts where the one before ends, the first one at step 0.
#[derive(Debug)]
pub(crate) struct Phase {
    /// The step, maybe a fraction, at which `to` is reached.
    pub(crate) end: f64,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

impl Schedule for Phases {
    fn at(&self, step: u64) -> f64 {
        let step = step as f64;
        let mut start = 0.0;
        for phase in &self.phases {
            if step <= phase.end {
                // A stretch of one step has no length: it is all end.
                let t = if phase.end > start { (step - start) / (phase.end - start) } else { 1.0 };
                return self.anneal.between(phase.from, phase.to, t);
            }
            start = phase.end;
        }
        self.phases.last().map_or(0.0, |phase| phase.to)
    }
}
