//! What changes from step to step: the learning rate, and where asked for momentum and weight decay.

use kiln_data::Loader;
use kiln_optim::{LearningRate, OptimError, Optimizer, Schedule};

use crate::data::loaders;
use crate::optim_settings::OptimSettings;
use crate::shares::Shares;
use crate::{Data, Shared, Task, TrainConfig, TrainError, Trainer};

/// What a run would do, without doing it: see [`Trainer::preview`].
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Preview {
    /// Optimiser steps of an epoch.
    pub steps_per_epoch: u64,
    /// Optimiser steps of the whole run.
    pub steps: u64,
    /// Some of the steps, rising, the first and the last among them.
    pub points: Vec<PlannedStep>,
}

/// What is set for one step.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct PlannedStep {
    /// Which update it is, from 0.
    pub step: u64,
    /// Learning rate. Of a plateau schedule the one it would have if every epoch were better than the one before.
    pub lr: f64,
    /// Momentum or first beta, where it is scheduled.
    pub momentum: Option<f64>,
    /// Weight decay, where it is scheduled.
    pub weight_decay: Option<f64>,
    /// Share of the dropout, where it is scheduled.
    pub dropout: Option<f64>,
    /// Share of the label smoothing, where it is scheduled.
    pub label_smoothing: Option<f64>,
}

impl<T: Task> Trainer<T> {
    /// The schedules of a run on `data`: every step, or about `most` of them evenly spaced where there are more.
    ///
    /// # Errors
    /// [`TrainError`] for settings out of their range and for data that hold no batch.
    pub fn preview(&self, data: &Data<T::Batch>, most: u64) -> Result<Preview, TrainError> {
        self.only_one("Trainer::preview")?;
        self.config.check()?;
        let (train, _) = loaders(self, data)?;
        let (steps_per_epoch, steps) = length(&self.config, &train);
        let schedules = Schedules::of(&self.settings(), steps_per_epoch, steps)?;
        let shares = Shares::of(&self.shares, steps_per_epoch, steps)?;
        let planned = |step| with_shares(schedules.planned(step), &shares);
        let last = steps.saturating_sub(1);
        let stride = usize::try_from(steps.div_ceil(most.max(2))).unwrap_or(usize::MAX).max(1);
        let mut points: Vec<_> = (0..=last).step_by(stride).map(planned).collect();
        if points.last().is_none_or(|point| point.step < last) {
            points.push(planned(last));
        }
        Ok(Preview { steps_per_epoch, steps, points })
    }
}

/// What is planned for a step, with its shares.
fn with_shares(mut planned: PlannedStep, shares: &Shares) -> PlannedStep {
    for (of, share) in shares.at(planned.step) {
        match of {
            Shared::Dropout => planned.dropout = Some(share),
            Shared::LabelSmoothing => planned.label_smoothing = Some(share),
        }
    }
    planned
}

/// Optimiser steps of an epoch and of the whole run.
pub(crate) fn length<B: Send + 'static>(config: &TrainConfig, train: &Loader<B>) -> (u64, u64) {
    let per_epoch = train.batches().div_ceil(config.accumulate) as u64;
    (per_epoch, config.steps.unwrap_or(u64::MAX).min(config.epochs.saturating_mul(per_epoch)))
}

/// The schedules of a run.
#[derive(Debug)]
pub(crate) struct Schedules {
    pub(crate) rate: LearningRate,
    momentum: Option<Box<dyn Schedule>>,
    weight_decay: Option<Box<dyn Schedule>>,
}

impl Schedules {
    /// Those of an optimiser for a run of `steps` steps.
    pub(crate) fn of(
        settings: &OptimSettings<'_>,
        steps_per_epoch: u64,
        steps: u64,
    ) -> Result<Self, OptimError> {
        Ok(Self {
            rate: settings.schedule.rate(settings.lr(), steps_per_epoch, steps)?,
            momentum: settings.momentum(steps_per_epoch, steps)?,
            weight_decay: settings.decay(steps_per_epoch, steps)?,
        })
    }

    /// Whether the momentum has a schedule of its own.
    pub(crate) fn moves_momentum(&self) -> bool {
        self.momentum.is_some()
    }

    /// What is set for a step.
    pub(crate) fn planned(&self, step: u64) -> PlannedStep {
        PlannedStep {
            step,
            lr: self.rate.at(step),
            // A schedule of its own is more than one that comes with the rate.
            momentum: match &self.momentum {
                Some(momentum) => Some(momentum.at(step)),
                None => self.rate.momentum_at(step),
            },
            weight_decay: self.weight_decay.as_ref().map(|decay| decay.at(step)),
            dropout: None,
            label_smoothing: None,
        }
    }

    /// Gives the optimiser what it has at update number `step` beside the learning rate, which is the result.
    pub(crate) fn apply(&self, step: u64, optimizer: &mut Optimizer) -> Result<f64, OptimError> {
        let planned = self.planned(step);
        if let Some(momentum) = planned.momentum {
            optimizer.set_momentum(momentum)?;
        }
        if let Some(decay) = planned.weight_decay {
            optimizer.set_weight_decay(decay)?;
        }
        Ok(planned.lr)
    }
}
