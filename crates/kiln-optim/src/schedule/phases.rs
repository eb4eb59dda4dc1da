//! Stretches between given levels: one-cycle, and stable with a decay at the end.

use super::Schedule;
use super::annealing::cosine;
use crate::Anneal;

/// One stretch after the other, each from a level to the next over its steps; it stays at the last level.
#[derive(Debug)]
pub(super) struct Phases {
    pub(super) anneal: Anneal,
    pub(super) phases: Vec<Phase>,
}

/// One stretch. It starts where the one before ends, the first one at step 0.
#[derive(Debug)]
pub(super) struct Phase {
    /// The step, maybe a fraction, at which `to` is reached.
    pub(super) end: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Phases {
    /// `OneCycleLR`'s phases: from `first` to `top` over the share `rise` of `total` steps, and to `last` at the last
    /// of them; with `three` back to `first` in between. Steps count from 0, so each end is one earlier.
    pub(super) fn one_cycle(
        anneal: Anneal,
        (first, top, last): (f64, f64, f64),
        rise: f64,
        three: bool,
        total: u64,
    ) -> Self {
        let total = total as f64;
        let mut phases = vec![Phase { end: rise * total - 1.0, from: first, to: top }];
        if three {
            phases.push(Phase { end: 2.0 * rise * total - 2.0, from: top, to: first });
        }
        phases.push(Phase { end: total - 1.0, from: if three { first } else { top }, to: last });
        Self { anneal, phases }
    }
}

impl Schedule for Phases {
    fn at(&self, step: u64) -> f64 {
        let step = step as f64;
        let mut start = 0.0;
        for phase in &self.phases {
            if step <= phase.end {
                // A stretch of one step has no length: it is all end.
                let t = if phase.end > start { (step - start) / (phase.end - start) } else { 1.0 };
                return between(self.anneal, phase.from, phase.to, t);
            }
            start = phase.end;
        }
        self.phases.last().map_or(0.0, |phase| phase.to)
    }
}

/// The value at the share `t` of the way.
fn between(anneal: Anneal, from: f64, to: f64, t: f64) -> f64 {
    match anneal {
        Anneal::Cosine => cosine(from, to, t),
        Anneal::Linear => from + (to - from) * t,
        Anneal::Sqrt => to + (from - to) * (1.0 - t.sqrt()),
    }
}
