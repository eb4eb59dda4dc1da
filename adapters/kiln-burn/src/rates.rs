//! A learning rate scheduler of Burn as a schedule of kiln.

use burn::optim::lr_scheduler::module_lr_scheduler::ModuleLrScheduler;
use kiln_optim::Schedule;

/// A learning rate scheduler of Burn as a schedule of kiln.
///
/// Burn's has state and kiln's is a function of the step, so that a run can go on from anywhere. So the rates of the whole run
/// are written down first.
///
/// ```
/// use burn::lr_scheduler::exponential::ExponentialLrSchedulerConfig;
/// use kiln_burn::BurnRates;
/// use kiln_optim::Schedule;
///
/// let halving = ExponentialLrSchedulerConfig::new(0.1, 0.5).init().expect("settings in their range");
/// let rates = BurnRates::new(halving, 100);
/// assert_eq!((rates.at(0), rates.at(2), rates.at(0)), (0.1, 0.025, 0.1));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct BurnRates(Vec<f64>);

impl BurnRates {
    /// The rates of so many optimiser steps, the first of which is what `step()` gives first. Later steps have the last
    /// one. Of a scheduler with groups of parameters it is the base that counts: kiln's optimiser has groups of its own.
    pub fn new(scheduler: impl Into<ModuleLrScheduler>, steps: usize) -> Self {
        let mut scheduler = scheduler.into();
        Self((0..steps.max(1)).map(|_| scheduler.step().base()).collect())
    }
}

impl Schedule for BurnRates {
    fn at(&self, step: u64) -> f64 {
        let last = self.0.len() - 1;
        self.0[usize::try_from(step).map_or(last, |step| step.min(last))]
    }
}
