//! Hooks into the loop: they see what happens and may stop it, never change it.

use std::ops::ControlFlow;

use kiln_core::Weights;

use crate::{EpochRecord, History, Stop, TrainError};

/// The state of the loop after a step.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct StepView {
    /// Epoch, from 1.
    pub epoch: u64,
    /// Epochs of the whole run.
    pub epochs: u64,
    /// Optimiser steps done in the whole run.
    pub step: u64,
    /// Optimiser steps of the whole run, unless it stops before.
    pub steps: u64,
    /// Batches done in this epoch.
    pub batch: usize,
    /// Batches of an epoch.
    pub batches: usize,
    /// Items trained on since the last view.
    pub items: usize,
    /// Learning rate of the step; of several optimisers that of the first.
    pub lr: f64,
    /// The newest training loss that was read, of several optimisers their sum; some steps old, because reading it waits for the device.
    pub loss: Option<f64>,
}

/// The state of the loop after an epoch.
#[non_exhaustive]
pub struct EpochView<'a> {
    /// The epoch that ended.
    pub record: &'a EpochRecord,
    /// All epochs so far, this one last.
    pub history: &'a History,
    /// Epochs of the whole run.
    pub epochs: u64,
    /// Copies the current weights to the host.
    pub weights: &'a dyn Fn() -> Weights,
}

impl<'a> EpochView<'a> {
    /// For a loop of one's own that asks callbacks. `record` is the last one of `history`.
    pub fn new(
        record: &'a EpochRecord,
        history: &'a History,
        epochs: u64,
        weights: &'a dyn Fn() -> Weights,
    ) -> Self {
        Self { record, history, epochs, weights }
    }
}

impl std::fmt::Debug for EpochView<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EpochView").field("record", self.record).finish_non_exhaustive()
    }
}

/// Hooks into the training loop. Every hook does nothing unless it is written.
///
/// A callback that keeps state across epochs and must survive a resume saves it with [`Callback::save`]. The state goes by
/// the [key](Callback::key), so that callbacks can be added, taken away and moved between two parts of a run.
pub trait Callback: Send {
    /// Before [`Callback::on_fit_start`] of a run that is resumed, for each checkpoint that is damaged: the run goes on from an
    /// older one, or without the weights that were the best.
    ///
    /// # Errors
    /// Ends the run with the error.
    fn on_passed_over(&mut self, _damaged: &TrainError) -> Result<(), TrainError> {
        Ok(())
    }

    /// Before the first step, and again when a run is resumed.
    ///
    /// # Errors
    /// Ends the run with the error.
    fn on_fit_start(&mut self, _history: &History) -> Result<(), TrainError> {
        Ok(())
    }

    /// After every optimiser step. `Break` stops the run after saving.
    ///
    /// # Errors
    /// Ends the run with the error.
    fn on_step_end(&mut self, _view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(ControlFlow::Continue(()))
    }

    /// After every epoch and its validation. `Break` stops the run after saving.
    ///
    /// # Errors
    /// Ends the run with the error.
    fn on_epoch_end(&mut self, _view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        Ok(ControlFlow::Continue(()))
    }

    /// After the last step, whatever the reason, but not after an error.
    ///
    /// # Errors
    /// Ends the run with the error.
    fn on_fit_end(&mut self, _history: &History, _stop: &Stop) -> Result<(), TrainError> {
        Ok(())
    }

    /// The name that the state is saved under. Default: the name of the type. Two callbacks of one type that both save
    /// get names by [`Trainer::callback_named`](crate::Trainer::callback_named).
    fn key(&self) -> &str {
        std::any::type_name::<Self>()
    }

    /// The state that a resumed run needs, as JSON.
    fn save(&self) -> Option<serde_json::Value> {
        None
    }

    /// Takes back what [`Callback::save`] gave.
    fn load(&mut self, _state: &serde_json::Value) {}
}

impl Callback for Box<dyn Callback> {
    fn on_passed_over(&mut self, damaged: &TrainError) -> Result<(), TrainError> {
        (**self).on_passed_over(damaged)
    }

    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        (**self).on_fit_start(history)
    }

    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        (**self).on_step_end(view)
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        (**self).on_epoch_end(view)
    }

    fn on_fit_end(&mut self, history: &History, stop: &Stop) -> Result<(), TrainError> {
        (**self).on_fit_end(history, stop)
    }

    fn key(&self) -> &str {
        (**self).key()
    }

    fn save(&self) -> Option<serde_json::Value> {
        (**self).save()
    }

    fn load(&mut self, state: &serde_json::Value) {
        (**self).load(state);
    }
}

/// A callback under a name of its own.
pub(crate) struct Named<C> {
    pub(crate) key: String,
    pub(crate) callback: C,
}

impl<C: Callback> Callback for Named<C> {
    fn on_passed_over(&mut self, damaged: &TrainError) -> Result<(), TrainError> {
        self.callback.on_passed_over(damaged)
    }

    fn on_fit_start(&mut self, history: &History) -> Result<(), TrainError> {
        self.callback.on_fit_start(history)
    }

    fn on_step_end(&mut self, view: &StepView) -> Result<ControlFlow<Stop>, TrainError> {
        self.callback.on_step_end(view)
    }

    fn on_epoch_end(&mut self, view: &EpochView<'_>) -> Result<ControlFlow<Stop>, TrainError> {
        self.callback.on_epoch_end(view)
    }

    fn on_fit_end(&mut self, history: &History, stop: &Stop) -> Result<(), TrainError> {
        self.callback.on_fit_end(history, stop)
    }

    fn key(&self) -> &str {
        &self.key
    }

    fn save(&self) -> Option<serde_json::Value> {
        self.callback.save()
    }

    fn load(&mut self, state: &serde_json::Value) {
        self.callback.load(state);
    }
}
