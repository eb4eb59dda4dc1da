//! What a run is going to do.

use std::fmt;
use std::time::Duration;

use crate::human;

/// What a run is going to do, as far as progress needs to know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RunPlan {
    /// Epochs at most.
    pub epochs: u64,
    /// Optimiser steps in an epoch.
    pub steps_per_epoch: u64,
    /// Optimiser steps at most, where there is such a limit.
    pub steps: Option<u64>,
    /// Steps that were done before this process began: more than 0 when a run is resumed.
    pub done: u64,
    /// Training items in an epoch.
    pub train_items: u64,
    /// Validation items after each epoch; only a first guess depends on it.
    pub validation_items: u64,
    /// The time after which training stops, where there is such a limit.
    pub time_limit: Option<Duration>,
}

impl RunPlan {
    /// Steps of the whole run, those before a resume included.
    pub fn total_steps(&self) -> u64 {
        self.epochs.saturating_mul(self.steps_per_epoch).min(self.steps.unwrap_or(u64::MAX))
    }

    /// How many times an epoch ends, the last one perhaps early.
    pub(crate) fn epoch_ends(&self) -> u64 {
        self.total_steps().div_ceil(self.steps_per_epoch.max(1))
    }
}

impl fmt::Display for RunPlan {
    /// `training: 20 epochs of 938 steps, at most 10,000 steps, 120 done`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |n: u64, one: &str| format!("{} {one}{}", human::count(n), if n == 1 { "" } else { "s" });
        write!(f, "training: {} of {}", count(self.epochs, "epoch"), count(self.steps_per_epoch, "step"))?;
        if self.steps.is_some() {
            write!(f, ", at most {}", count(self.total_steps(), "step"))?;
        }
        if self.done > 0 {
            write!(f, ", {} done", human::count(self.done))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_limited_and_what_is_done() {
        let plan = RunPlan { epochs: 1, steps_per_epoch: 1200, ..RunPlan::default() };
        assert_eq!(plan.to_string(), "training: 1 epoch of 1,200 steps");
        let plan = RunPlan { steps: Some(1000), done: 20, ..plan };
        assert_eq!(plan.to_string(), "training: 1 epoch of 1,200 steps, at most 1,000 steps, 20 done");
    }

    #[test]
    fn an_epoch_that_is_cut_short_ends_too() {
        let plan = RunPlan { epochs: 3, steps_per_epoch: 10, ..RunPlan::default() };
        assert_eq!((plan.total_steps(), plan.epoch_ends()), (30, 3));
        for (steps, ends) in [(20, 2), (21, 3), (99, 3), (1, 1)] {
            assert_eq!(RunPlan { steps: Some(steps), ..plan }.epoch_ends(), ends, "{steps}");
        }
    }
}
