//! Settings of an optimiser that a schedule moves beside the learning rate.

use kiln_core::Range;

use crate::{OptimConfig, OptimError, Optimizer, Schedule, ScheduleConfig};

const MOMENTUM: &str = "momentum_schedule";
const DECAY: &str = "weight_decay_schedule";

impl OptimConfig {
    /// The momentum (or first beta) of every step, from `[momentum_schedule]`.
    ///
    /// # Errors
    /// As [`ScheduleConfig::build_for`], and [`OptimError::NothingToSchedule`] where there is no momentum or it is 0: a
    /// share of nothing would move nothing, without a word.
    pub fn schedule_momentum(
        &self,
        schedule: &ScheduleConfig,
        steps_per_epoch: u64,
        total_steps: u64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        let nothing = OptimError::NothingToSchedule { schedule: MOMENTUM, setting: "momentum" };
        let base = self.momentum().filter(|momentum| *momentum > 0.0).ok_or(nothing)?;
        schedule.build_for(MOMENTUM, base, steps_per_epoch, total_steps)
    }

    /// The weight decay of every step, from `[weight_decay_schedule]`.
    ///
    /// # Errors
    /// As [`ScheduleConfig::build_for`], and [`OptimError::NothingToSchedule`] where the decay is 0.
    pub fn schedule_weight_decay(
        &self,
        schedule: &ScheduleConfig,
        steps_per_epoch: u64,
        total_steps: u64,
    ) -> Result<Box<dyn Schedule>, OptimError> {
        if self.weight_decay() == 0.0 {
            return Err(OptimError::NothingToSchedule { schedule: DECAY, setting: "weight_decay" });
        }
        schedule.build_for(DECAY, self.weight_decay(), steps_per_epoch, total_steps)
    }
}

impl Optimizer {
    /// Changes the momentum, or the first beta, from the next step on. What the optimiser remembers stays.
    ///
    /// As with PyTorch's param groups, bias corrections are those of the newest beta.
    ///
    /// # Errors
    /// [`OptimError::Number`] unless it is in `[0, 1)`, [`OptimError::NothingToSchedule`] for optimisers without.
    pub fn set_momentum(&mut self, momentum: f64) -> Result<(), OptimError> {
        let nothing = OptimError::NothingToSchedule { schedule: MOMENTUM, setting: "momentum" };
        // Rules without momentum keep no buffer. One that passes through 0 must not lose it on the way, and this is 0 in
        // every sum.
        let momentum = if momentum == 0.0 { f64::MIN_POSITIVE } else { momentum };
        let config = self.config.as_mut().ok_or_else(|| nothing.clone())?;
        *config.as_kind_mut().momentum_mut().ok_or(nothing)? = momentum;
        // Rules hold settings only, so that a new one takes over what was kept.
        self.rule = config.as_kind().build()?.into();
        Ok(())
    }

    /// Changes the weight decay from the next step on.
    ///
    /// # Errors
    /// [`OptimError::Number`] unless it is at least 0.
    pub fn set_weight_decay(&mut self, weight_decay: f64) -> Result<(), OptimError> {
        Range::at_least(0.0).check("optim.weight_decay", weight_decay)?;
        self.weight_decay = weight_decay;
        Ok(())
    }
}
