//! The optimiser that settings describe: those of a rule, or a rule of a user's own with what is around it.

use kiln_core::ParamInfo;
use kiln_optim::{AnySchedule, OptimError, Optimizer, OptimizerConfig, OwnRule, Schedule};

use crate::optim_settings::OptimSettings;

impl OptimSettings<'_> {
    /// The optimiser for a model with these parameters.
    pub(crate) fn build(&self, params: &[ParamInfo]) -> Result<Optimizer, OptimError> {
        let optimizer = Optimizer::build(self.optim, params)?;
        match self.own_rule {
            Some(own) => optimizer.with_rule(own.clone()),
            None => Ok(optimizer),
        }
    }

    /// The learning rate, before any schedule and group.
    pub(crate) fn lr(&self) -> f64 {
        self.own_rule.map_or_else(|| self.optim.lr(), OwnRule::lr)
    }

    /// The weight decay, before any schedule and group.
    pub(crate) fn weight_decay(&self) -> f64 {
        self.own_rule.map_or_else(|| self.optim.rule.weight_decay(), OwnRule::decay)
    }

    /// The name of the optimiser if no proximal step can follow its updates.
    pub(crate) fn not_proximal(&self) -> Option<&'static str> {
        let OptimizerConfig { rule, .. } = self.optim;
        let (has, name) = match self.own_rule {
            Some(own) => (own.is_proximal(), "your own rule"),
            None => (rule.has_step_size(), rule.name()),
        };
        if has { None } else { Some(name) }
    }

    /// The momentum of every step, where it is scheduled.
    pub(crate) fn momentum(
        &self,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Option<Box<dyn Schedule>>, OptimError> {
        let schedule: Box<dyn Schedule> = match self.momentum_schedule {
            None => return Ok(None),
            Some(AnySchedule::Own(own)) => Box::new(own.clone()),
            Some(AnySchedule::Config(_)) if self.own_rule.is_some() => {
                let (schedule, setting) = ("momentum_schedule", "momentum");
                return Err(OptimError::NothingToSchedule { schedule, setting });
            }
            Some(AnySchedule::Config(config)) => {
                self.optim.rule.schedule_momentum(config, steps_per_epoch, steps)?
            }
        };
        Ok(Some(schedule))
    }

    /// The weight decay of every step, where it is scheduled.
    pub(crate) fn decay(
        &self,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Option<Box<dyn Schedule>>, OptimError> {
        let section = "weight_decay_schedule";
        let schedule: Box<dyn Schedule> = match (self.weight_decay_schedule, self.own_rule) {
            (None, _) => return Ok(None),
            (Some(AnySchedule::Own(own)), _) => Box::new(own.clone()),
            (Some(AnySchedule::Config(config)), None) => {
                self.optim.rule.schedule_weight_decay(config, steps_per_epoch, steps)?
            }
            (Some(AnySchedule::Config(_)), Some(own)) if own.decay() == 0.0 => {
                let setting = "weight_decay";
                return Err(OptimError::NothingToSchedule { schedule: section, setting });
            }
            (Some(AnySchedule::Config(config)), Some(own)) => {
                config.build_for(section, own.decay(), steps_per_epoch, steps)?
            }
        };
        Ok(Some(schedule))
    }
}
