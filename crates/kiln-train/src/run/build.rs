//! Build: everything that a run needs, checked, as it stands before the first step. Nothing on the disk is touched.

use std::time::Instant;

use burn::module::Module;
use kiln_core::params;
use kiln_optim::{Average, OptimError};

use super::Run;
use crate::checkpoint::{Deferred, TrainState};
use crate::data::loaders;
use crate::first_weights::{device_of, draw_alone};
use crate::freeze::Freezing;
use crate::losses::Losses;
use crate::observed::Observed;
use crate::schedules::{Schedules, length};
use crate::step::{Objective, Stepper};
use crate::{Data, History, Task, TrainError, Trainer};

impl<'a, T: Task> Run<'a, T> {
    pub(super) fn build(
        trainer: &'a mut Trainer<T>,
        model: T::Model,
        data: &Data<T::Batch>,
    ) -> Result<Self, TrainError> {
        check(trainer)?;
        let (train, validation) = loaders(trainer, data)?;
        let model = ready(trainer, model);
        let device = device_of(&model);
        // Everything is planned for the model with nothing frozen.
        let params = params::list(&model);
        let mut freezing = Freezing::new(&trainer.freezes, &model)?;

        let (steps_per_epoch, steps) = length(&trainer.config, &train);
        let schedules = Schedules::of(trainer, steps_per_epoch, steps)?;
        let mut optimizer = trainer.build_optimizer(&params)?;
        // What the optimiser keeps may depend on a momentum that is scheduled. A schedule that is impossible fails here.
        schedules.apply(0, &mut optimizer)?;
        let average = match &trainer.average {
            // Two averages on top of each other would both want to be the weights that count.
            Some(_) if optimizer.averages() => return Err(OptimError::AveragesTwice.into()),
            Some(config) => Some(Average::new(config, steps_per_epoch, steps)?),
            None => None,
        };
        let mut objective = Objective::of(trainer, &params)?;
        objective.penalties.plan(steps_per_epoch, steps)?;
        trainer.task.plan(steps_per_epoch, steps)?;

        Ok(Self {
            stepper: Stepper::new(trainer, optimizer, objective),
            model: Some(freezing.at(model, 0, 0)),
            freezing,
            state: TrainState::new(&trainer.config.monitor),
            deferred: Deferred::new(trainer.defer),
            trainer,
            device,
            train,
            validation,
            average,
            schedules,
            history: History::default(),
            losses: Losses::default(),
            observed: Observed::default(),
            best: None,
            started: Instant::now(),
            seconds_before: 0.0,
        })
    }
}

/// Whether every setting of the loop is in its range.
fn check<T: Task>(trainer: &Trainer<T>) -> Result<(), TrainError> {
    trainer.config.check()?;
    trainer.gradient.check()?;
    trainer.checkpoint.check()?;
    if let Some(early) = &trainer.early_stopping {
        early.check()?;
    }
    Ok(())
}

/// The model in training mode, on an autodiff device, with the values that its lazy parameters get.
fn ready<T: Task>(trainer: &Trainer<T>, model: T::Model) -> T::Model {
    draw_alone(model, trainer.seed).train()
}
