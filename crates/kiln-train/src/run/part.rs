//! One of the optimisers of a run, which usually has one: its stepper, its schedules, its losses.

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::{ParamInfo, Range, Weights};
use kiln_optim::{Gradients, OptimError};

use crate::checkpoint::PartState;
use crate::losses::Losses;
use crate::optim_settings::OptimSettings;
use crate::schedules::Schedules;
use crate::several::Several;
use crate::step::{Objective, Stepper};
use crate::{PartError, PartOptimizer, Task, TrainError, Trainer};

pub(super) struct Part {
    /// `None` where there is one optimiser.
    pub(super) name: Option<String>,
    pub(super) stepper: Stepper,
    pub(super) schedules: Schedules,
    pub(super) losses: Losses,
}

impl Part {
    /// All optimisers of a run, for a model with these parameters. `length` is that of an epoch and of the run, in steps.
    pub(super) fn all<T: Task>(
        trainer: &Trainer<T>,
        several: Option<&Several>,
        params: &[ParamInfo],
        length: (u64, u64),
    ) -> Result<Vec<Self>, TrainError> {
        let Some(several) = several else {
            return Ok(vec![Self::build(trainer, &trainer.settings(), None, params, params, length)?]);
        };
        let build = |(index, part): (usize, &PartOptimizer)| {
            let (settings, own) = (trainer.settings_of(part, index), several.own(params, index));
            settings.gradient.check()?;
            for (key, value) in [("clip_norm", settings.clip_norm), ("clip_value", settings.clip_value)] {
                if let Some(value) = value {
                    Range::POSITIVE.check(key, value)?;
                }
            }
            let name = &part.name;
            Self::build(trainer, &settings, Some(name.as_str()), params, &own, length).map_err(|error| {
                match error {
                    TrainError::Optim(source) => {
                        TrainError::Part(PartError::Settings { name: name.clone(), source })
                    }
                    error => error,
                }
            })
        };
        trainer.parts.iter().enumerate().map(build).collect()
    }

    fn build<T: Task>(
        trainer: &Trainer<T>,
        settings: &OptimSettings<'_>,
        name: Option<&str>,
        params: &[ParamInfo],
        own: &[ParamInfo],
        (steps_per_epoch, steps): (u64, u64),
    ) -> Result<Self, TrainError> {
        let schedules = Schedules::of(settings, steps_per_epoch, steps)?;
        let mut optimizer = settings.build(own)?;
        // What the optimiser keeps may depend on a momentum that is scheduled. A schedule that is impossible fails here.
        schedules.apply(0, &mut optimizer)?;
        if trainer.average.is_some() && optimizer.averages() {
            // Two averages on top of each other would both want to be the weights that count.
            return Err(OptimError::AveragesTwice.into());
        }
        let mut objective = Objective::of(trainer, settings, params, own)?;
        objective.penalties.plan(steps_per_epoch, steps)?;
        let stepper = Stepper::new(settings, optimizer, objective);
        Ok(Self { name: name.map(str::to_owned), stepper, schedules, losses: Losses::of(name) })
    }

    /// Sets what changes from step to step, and gives the learning rate of this one.
    pub(super) fn begin(&mut self, step: u64) -> Result<f64, OptimError> {
        let lr = self.schedules.apply(step, &mut self.stepper.optimizer)?;
        self.stepper.penalties.set_step(step);
        Ok(lr)
    }

    /// Updates the model with the mean gradient of a window of batches.
    pub(super) fn update<M: Module>(&mut self, model: M, gradients: Gradients, lr: f64) -> M {
        let model = self.stepper.update(model, gradients, lr);
        self.losses.push_norm(self.stepper.norm.take());
        model
    }

    /// What the loop knows of it.
    pub(super) fn state(&self) -> PartState {
        PartState { losses: self.losses.total, plateau: self.schedules.rate.state() }
    }

    /// Takes up what [`Part::state`] gave.
    pub(super) fn resume(&mut self, state: PartState) {
        self.losses.resume(state.losses);
        if let Some(plateau) = state.plateau {
            self.schedules.rate.restore(plateau);
        }
    }
}

/// Reads the losses of all optimisers. Of several that are not finite the first in time is the error: it made the others so.
pub(super) fn read_losses(parts: &mut [Part], epoch: u64) -> Result<(), TrainError> {
    let step = |error: &TrainError| match error {
        TrainError::Diverged { step, .. } => *step,
        _ => 0,
    };
    let errors = parts.iter_mut().filter_map(|part| part.losses.read(epoch).err());
    errors.min_by_key(step).map_or(Ok(()), Err)
}

/// What the optimisers and penalties of a run keep, to be saved.
pub(super) fn checkpoint<M: Module>(parts: &[Part], several: Option<&Several>, model: &M) -> Weights {
    let Some(several) = several else { return parts[0].stepper.checkpoint(model) };
    let mut state = Weights::default();
    for (index, part) in parts.iter().enumerate() {
        let model = several.focus(model.clone(), &[index]);
        for (entry, data) in part.stepper.checkpoint(&model).iter() {
            state.insert(format!("{}{entry}", prefix(part)), data.clone());
        }
    }
    state
}

/// Takes up what [`checkpoint`] gave, of a model with these parameters.
pub(super) fn load(
    parts: &mut [Part],
    several: Option<&Several>,
    state: &Weights,
    params: &[ParamInfo],
    device: &Device,
) -> Result<(), OptimError> {
    let Some(several) = several else { return parts[0].stepper.load(state, params, device) };
    let known = |name: &str| parts.iter().any(|part| name.starts_with(&prefix(part)));
    let names: Vec<_> =
        state.iter().filter(|(name, _)| !known(name)).map(|(name, _)| name.to_owned()).collect();
    if !names.is_empty() {
        return Err(OptimError::StateUnknown { names });
    }
    for (index, part) in parts.iter_mut().enumerate() {
        let (prefix, mut own) = (prefix(part), Weights::default());
        for (name, data) in state.iter() {
            if let Some(entry) = name.strip_prefix(&prefix) {
                own.insert(entry, data.clone());
            }
        }
        part.stepper.load(&own, &several.own(params, index), device)?;
    }
    Ok(())
}

/// What the entries of an optimiser begin with in a file of several.
fn prefix(part: &Part) -> String {
    part.name.as_ref().map(|name| format!("{name}/")).unwrap_or_default()
}
