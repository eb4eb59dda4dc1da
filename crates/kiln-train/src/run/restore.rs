//! Restore: a run goes on from a checkpoint, with the same bits as if it had never stopped.

use burn::module::Module;
use kiln_core::params;

use super::Run;
use super::part;
use crate::checkpoint::{Checkpoint, PartState, TrainState};
use crate::compression::split;
use crate::monitor::Monitor;
use crate::observed::Observed;
use crate::{Task, TaskState, TrainError};

impl<T: Task> Run<'_, T> {
    /// Takes up the state of `from`, or clears what is left of an earlier try where there is no checkpoint.
    pub(super) fn restore(&mut self, from: Option<Checkpoint>) -> Result<(), TrainError> {
        let ended = |from: &Option<Checkpoint>| from.as_ref().is_some_and(|from| from.state.stop.is_some());
        let had_ended = ended(&from);
        let from = from.map(|checkpoint| self.reopen(checkpoint)).transpose()?;
        let reopened = had_ended && !ended(&from);
        let lines = from.as_ref().map_or(0, |checkpoint| checkpoint.state.seq);
        if let Some(store) = &self.trainer.store {
            store.clean(from.as_ref())?;
        }
        if let Some(checkpoint) = from {
            self.restore_state(checkpoint)?;
        }
        for part in &mut self.parts {
            part.stepper.penalties.set_step(self.state.step);
        }
        if reopened {
            // Before a line that the end of the run counts on is cut off.
            self.save(&self.weights())?;
        }
        if let Some(log) = &self.trainer.log {
            self.history = log.cut(lines)?;
        }
        Ok(())
    }

    fn restore_state(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        self.restore_model(&checkpoint)?;
        let settings = std::mem::take(&mut self.state.settings);
        self.state = TrainState { settings, ..checkpoint.state.clone() };
        if self.state.stop.is_none() {
            self.state.before_cut = None;
        }
        if !self.state.monitor.follows(&self.trainer.config.monitor) {
            // Changed on purpose. Values of two metrics do not compare.
            self.state.monitor = Monitor::new(&self.trainer.config.monitor);
            self.state.best = None;
        }
        let first = PartState { losses: self.state.losses, plateau: self.state.plateau.clone() };
        for (part, saved) in self.parts.iter_mut().zip([first].into_iter().chain(self.state.others.clone())) {
            part.resume(saved);
        }
        self.mixed.scale = self.mixed.scale.map(|fresh| self.state.loss_scale.unwrap_or(fresh));
        self.observed = Observed::resumed(self.state.observed.clone());
        self.seconds_before = self.state.seconds;
        self.state.callbacks.restore(&mut self.trainer.callbacks);
        if !checkpoint.task.is_empty() || !self.state.task.is_null() {
            let kept = TaskState::of_parts(checkpoint.task.clone(), self.state.task.clone());
            self.trainer.task.load(&kept, &self.device.clone().inner())?;
        }
        self.restore_best(checkpoint)
    }

    /// The weights that are trained, and what optimiser, average and penalties keep beside them.
    fn restore_model(&mut self, checkpoint: &Checkpoint) -> Result<(), TrainError> {
        // As it was in the last step: what thaws after it has no state yet.
        let (epoch, step) = checkpoint.state.last_step();
        self.thaw(epoch, step);
        let Some(model) = self.model.take() else { return Ok(()) };
        let trained = match &mut self.average {
            Some(average) => average.load(
                &checkpoint.average,
                checkpoint.state.averaged,
                &checkpoint.weights,
                &params::list(&model),
                &self.device,
            )?,
            None => checkpoint.weights.clone(),
        };
        // Through evaluation mode, so that no running statistic of the fresh model is pending.
        let model = trained.apply(model.valid())?.train();
        let (params, device) = (params::list(&model), self.device.clone().inner());
        let (optimizer, left) = split(&checkpoint.optimizer);
        part::load(&mut self.parts, self.several.as_ref(), &optimizer, &params, &device)?;
        let parts = self.parts.iter_mut();
        self.model = Some(parts.fold(model, |model, part| part.stepper.optimizer.restore(model)));
        if self.trainer.config.compression.is_some() {
            self.take_left(&left);
        }
        Ok(())
    }

    /// The best weights so far, which may be those of another checkpoint.
    fn restore_best(&mut self, checkpoint: Checkpoint) -> Result<(), TrainError> {
        let (Some(name), Some(store)) = (&self.state.best, &self.trainer.store) else { return Ok(()) };
        if checkpoint.path.ends_with(name) {
            self.best = Some(checkpoint.weights);
            return Ok(());
        }
        match store.load_weights(name) {
            Ok(best) => self.best = Some(best.weights),
            // A run that has ended has no other weights to give. One that goes on finds others from here on.
            Err(error @ TrainError::Damaged { .. }) if self.state.stop.is_none() => {
                self.passed_over.push(error);
                self.state.best = None;
                self.state.monitor.best = None;
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
