//! Build: everything that a run needs, checked, as it stands before the first step. Nothing on the disk is touched.

use std::time::Instant;

use burn::module::Module;
use kiln_core::params;
use kiln_optim::Average;

use super::Run;
use super::part::Part;
use crate::checkpoint::{CallbackStates, Deferred, TrainState};
use crate::compression::Compressor;
use crate::data::loaders;
use crate::first_weights::{device_of, draw_alone};
use crate::freeze::Freezing;
use crate::mixed::Mixed;
use crate::observed::Observed;
use crate::schedules::length;
use crate::settings::settings;
use crate::several::Several;
use crate::shards::Shards;
use crate::shares::Shares;
use crate::{Data, History, ShardError, Task, TrainError, Trainer};

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
        trainer.check_precision(&device)?;
        // Everything is planned for the model with nothing frozen.
        let params = params::list(&model);
        let mut freezing = Freezing::new(&trainer.freezes, &model)?;

        let (steps_per_epoch, steps) = length(&trainer.config, &train);
        let shards = Shards::of(trainer, &params, &device)?;
        let mut several = Several::of(&trainer.parts, &params, &freezing.always())?;
        let mut parts = Part::all(trainer, several.as_ref(), &params, (steps_per_epoch, steps))?;
        if shards.is_some() && trainer.config.local_steps > 1 && parts[0].stepper.optimizer.averages() {
            let local_steps = trainer.config.local_steps;
            return Err(ShardError::NotLocal { setting: "an optimiser that averages", local_steps }.into());
        }
        for part in &mut parts {
            part.stepper.penalties.start_from(&model, &trainer.fresh);
        }
        let average = match &trainer.average {
            Some(config) => Some(Average::new(config, steps_per_epoch, steps)?),
            None => None,
        };
        let shares = Shares::of(&trainer.shares, steps_per_epoch, steps)?;
        trainer.task.plan(steps_per_epoch, steps)?;
        // What the task has none of is said before anything is written.
        shares.tell(&mut trainer.task, 0)?;
        let mut state = TrainState::new(&trainer.config.monitor);
        if trainer.store.is_some() || trainer.ranks.is_some() {
            state.settings = settings(trainer, data, &params, steps);
            // Two states under one key are an error before there is something to lose.
            CallbackStates::of(&trainer.callbacks)?;
        }
        let model = freezing.at(model, 0, 0);
        if let Some(several) = &mut several {
            several.freeze(freezing.frozen());
        }

        Ok(Self {
            model: Some(model),
            freezing,
            mixed: Mixed::of(trainer.config.precision),
            state,
            deferred: Deferred::new(trainer.defer),
            trainer,
            device,
            steps,
            train,
            validation,
            parts,
            several,
            shards,
            norms_checked: false,
            compressor: Compressor::default(),
            gathers_left: false,
            lost: None,
            shares,
            average,
            history: History::default(),
            observed: Observed::default(),
            best: None,
            passed_over: Vec::new(),
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
