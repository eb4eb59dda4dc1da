//! Schedules that fall step by step or without end: step, multi-step, exponential, inverse time, inverse power, Noam.

use super::Schedule;

/// The same value for ever.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Constant {
    /// The value.
    pub value: f64,
}

impl Schedule for Constant {
    fn at(&self, _: u64) -> f64 {
        self.value
    }
}

/// `lr · gamma^floor(step / every)`: `torch.optim.lr_scheduler.StepLR`.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) lr: f64,
    pub(super) gamma: f64,
    /// Steps between two drops, at least 1.
    pub(super) every: u64,
}

impl Schedule for Step {
    fn at(&self, step: u64) -> f64 {
        self.lr * self.gamma.powf((step / self.every) as f64)
    }
}

/// `lr · gamma^(milestones at or before step)`: `MultiStepLR`.
#[derive(Debug)]
pub(super) struct MultiStep {
    pub(super) lr: f64,
    pub(super) gamma: f64,
    /// Steps at which the rate drops, not falling.
    pub(super) milestones: Vec<u64>,
}

impl Schedule for MultiStep {
    fn at(&self, step: u64) -> f64 {
        let passed = self.milestones.partition_point(|milestone| *milestone <= step);
        self.lr * self.gamma.powf(passed as f64)
    }
}

/// `lr · gamma^epoch`, at every step: `ExponentialLR` when an epoch has one step.
#[derive(Debug)]
pub(super) struct Exponential {
    pub(super) lr: f64,
    pub(super) gamma: f64,
    pub(super) steps_per_epoch: f64,
}

impl Schedule for Exponential {
    fn at(&self, step: u64) -> f64 {
        self.lr * self.gamma.powf(step as f64 / self.steps_per_epoch)
    }
}

/// `lr / (1 + rate · epoch)`, at every step.
#[derive(Debug)]
pub(super) struct InverseTime {
    pub(super) lr: f64,
    pub(super) rate: f64,
    pub(super) steps_per_epoch: f64,
}

impl Schedule for InverseTime {
    fn at(&self, step: u64) -> f64 {
        self.lr / (1.0 + self.rate * (step as f64 / self.steps_per_epoch))
    }
}

/// `lr · (1 + step)^(−power)`: scikit-learn's `invscaling`.
#[derive(Debug)]
pub(super) struct InversePower {
    pub(super) lr: f64,
    pub(super) power: f64,
}

impl Schedule for InversePower {
    fn at(&self, step: u64) -> f64 {
        self.lr / (step as f64 + 1.0).powf(self.power)
    }
}

/// A straight rise to `top` at update number `rise` (from 1), then `top · √(rise / update)`: Vaswani et al. 2017.
#[derive(Debug)]
pub(super) struct Noam {
    pub(super) top: f64,
    /// Steps, at least 1.
    pub(super) rise: f64,
}

impl Schedule for Noam {
    fn at(&self, step: u64) -> f64 {
        let update = step as f64 + 1.0;
        self.top * (update / self.rise).min((self.rise / update).sqrt())
    }
}
