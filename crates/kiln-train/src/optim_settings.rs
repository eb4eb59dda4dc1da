//! The settings of one optimiser of a training: those of the trainer, or what one of several has of its own.

use kiln_core::{Purpose, Seed};
use kiln_optim::{AnySchedule, GradientConfig, OptimizerConfig, OwnRule};

use crate::{PartError, PartOptimizer, Task, TrainError, Trainer};

/// What one optimiser goes by.
#[derive(Debug)]
pub(crate) struct OptimSettings<'a> {
    pub(crate) optim: &'a OptimizerConfig,
    pub(crate) own_rule: Option<&'a OwnRule>,
    pub(crate) schedule: &'a AnySchedule,
    pub(crate) momentum_schedule: Option<&'a AnySchedule>,
    pub(crate) weight_decay_schedule: Option<&'a AnySchedule>,
    pub(crate) gradient: &'a GradientConfig,
    pub(crate) clip_norm: Option<f64>,
    pub(crate) clip_value: Option<f64>,
    /// The seed of noise on its gradients.
    pub(crate) noise: Seed,
}

impl<T: Task> Trainer<T> {
    /// The settings of the only optimiser.
    pub(crate) fn settings(&self) -> OptimSettings<'_> {
        OptimSettings {
            optim: &self.optim,
            own_rule: self.own_rule.as_ref(),
            schedule: &self.schedule,
            momentum_schedule: self.momentum_schedule.as_ref(),
            weight_decay_schedule: self.weight_decay_schedule.as_ref(),
            gradient: &self.gradient,
            clip_norm: self.config.clip_norm,
            clip_value: self.config.clip_value,
            noise: self.seed.purpose(Purpose::GradientNoise),
        }
    }

    /// The settings of number `index` of several.
    pub(crate) fn settings_of<'a>(&'a self, part: &'a PartOptimizer, index: usize) -> OptimSettings<'a> {
        let all = self.settings();
        OptimSettings {
            optim: &part.optim,
            own_rule: part.own_rule.as_ref(),
            schedule: part.schedule.as_ref().unwrap_or(all.schedule),
            momentum_schedule: part.momentum_schedule.as_ref().or(all.momentum_schedule),
            weight_decay_schedule: part.weight_decay_schedule.as_ref().or(all.weight_decay_schedule),
            gradient: part.gradient.as_ref().unwrap_or(all.gradient),
            clip_norm: part.clip_norm.or(all.clip_norm),
            clip_value: part.clip_value.or(all.clip_value),
            noise: all.noise.at(index as u64),
        }
    }

    /// Refuses `what` where there are several optimisers.
    pub(crate) fn only_one(&self, what: &'static str) -> Result<(), TrainError> {
        if self.parts.is_empty() { Ok(()) } else { Err(PartError::OnlyOne { what }.into()) }
    }
}
