//! A schedule of kiln as a learning rate scheduler of Burn.

use std::sync::Arc;

use burn::optim::LearningRate;
use burn::optim::lr_scheduler::{LrScheduler, LrSchedulerRecord};
use kiln_optim::{OptimError, Schedule, ScheduleConfig};

/// A schedule of kiln as a learning rate scheduler of Burn: for `Learner::new`, or a loop of one's own.
///
/// ```
/// use burn::lr_scheduler::LrScheduler;
/// use kiln_burn::Scheduler;
/// use kiln_optim::{CosineShape, ScheduleConfig};
///
/// // A warm-up of one epoch of ten steps, then half a cosine over nine.
/// let cosine = ScheduleConfig { warmup: 1.0, ..CosineShape { end: 0.0 }.into() };
/// let mut scheduler = Scheduler::of(&cosine, 0.1, 10, 100)?;
/// let rates: Vec<f64> = (0..=100).map(|_| scheduler.step()).collect();
/// assert_eq!((rates[0], rates[10], rates[100]), (0.0, 0.1, 0.0));
/// # Ok::<(), kiln_optim::OptimError>(())
/// ```
#[derive(Debug, Clone)]
pub struct Scheduler {
    schedule: Arc<dyn Schedule>,
    /// The next update, from 0.
    step: u64,
}

impl Scheduler {
    /// Any schedule of kiln, such as a [`kiln_optim::ScheduleFn`].
    pub fn new(schedule: impl Schedule + 'static) -> Self {
        Self { schedule: Arc::new(schedule), step: 0 }
    }

    /// The schedule of settings. `lr` is the learning rate that it moves, `steps` the length of the run with its warm-up,
    /// both in optimiser steps.
    ///
    /// # Errors
    /// As [`ScheduleConfig::build_for`]: settings out of their range, a plateau and `cycle_momentum`. A scheduler of Burn hears of
    /// no metric and moves nothing but the rate.
    pub fn of(
        config: &ScheduleConfig,
        lr: f64,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Self, OptimError> {
        let schedule = config.build_for("schedule", lr, steps_per_epoch, steps)?;
        Ok(Self { schedule: schedule.into(), step: 0 })
    }
}

const STEP: &str = "step";

impl LrScheduler for Scheduler {
    fn step(&mut self) -> LearningRate {
        let rate = self.schedule.at(self.step);
        self.step += 1;
        rate
    }

    fn to_record(&self) -> LrSchedulerRecord {
        LrSchedulerRecord::new().with_scalar(STEP, self.step)
    }

    fn load_record(&mut self, record: LrSchedulerRecord) {
        self.step = record.scalar(STEP).unwrap_or(self.step);
    }
}
