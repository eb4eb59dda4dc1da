//! Close: the last checkpoint, and what is given back.

use burn::module::Module;
use kiln_core::Weights;
use kiln_optim::Average;

use super::Run;
use super::part::{self, Part};
use crate::checkpoint::{CallbackStates, Rest, TrainState};
use crate::{Outcome, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// Saves how the run ended, unless it was only read again, and gives the best weights.
    pub(super) fn close(mut self, stop: Stop) -> Result<Outcome<T::Model>, TrainError> {
        let (last, seconds) = (self.weights(), self.seconds());
        if self.state.stop.is_none() {
            // A run that was cut off from outside is left open.
            self.state.stop = Some(stop.clone()).filter(|stop| !stop.can_go_on());
            if self.trainer.writes_end {
                self.deferred.release();
            }
            // What compression left on a rank that is lost is lost, too: the run goes on from the newest checkpoint.
            if self.lost.is_none() || self.trainer.config.compression.is_none() {
                self.save(&last)?;
            }
        }
        for callback in &mut self.trainer.callbacks {
            callback.on_fit_end(&self.history, &stop)?;
        }
        let last_weights_blake3 = last.blake3();
        self.model = self.model.take().map(|model| self.freezing.released(model));
        let model = self.best.as_ref().unwrap_or(&last).apply(self.model().valid())?;
        let steps = self.state.step;
        let (history, passed_over) = (self.history, self.passed_over);
        let lost = self.lost;
        Ok(Outcome { model, history, stop, steps, seconds, last_weights_blake3, passed_over, lost })
    }

    /// Saves the state as it stands. Does nothing without a run directory.
    pub(super) fn save(&mut self, weights: &Weights) -> Result<(), TrainError> {
        let left = self.left()?;
        if self.trainer.store.is_none() {
            return Ok(());
        }
        self.take_stock()?;
        let (task, json) = self.trainer.task.save().unwrap_or_default().into_parts();
        self.state.task = json;
        self.state.weights_blake3 = weights.blake3();
        if let Some(log) = &self.trainer.log
            && !self.deferred.holds()
        {
            log.sync()?;
        }
        let model = self.model.as_ref().expect("the model is only away while it is updated");
        let average = self.average.as_ref();
        let rest = || Rest {
            optimizer: joined(part::checkpoint(&self.parts, self.several.as_ref(), model), &left),
            average: average.map(|average| average.state(&Weights::of(model))).unwrap_or_default(),
            task,
        };
        match &self.trainer.store {
            Some(store) => self.deferred.save(store, weights, rest, &self.state),
            None => Ok(()),
        }
    }

    /// Keeps the state as it stands where the limit of steps ends the epoch before its last batch.
    pub(super) fn keep_before_cut(&mut self) -> Result<(), TrainError> {
        if self.trainer.store.is_some() && self.state.batch < self.train.batches() {
            self.take_stock()?;
            self.state.before_cut = None;
            let before = TrainState { seconds: 0.0, settings: serde_json::Value::Null, ..self.state.clone() };
            self.state.before_cut = Some(Box::new(before));
        }
        Ok(())
    }

    /// Brings into the state what other parts of the run know.
    fn take_stock(&mut self) -> Result<(), TrainError> {
        // What is saved must be known to be finite: a checkpoint of a run that diverged is no use.
        part::read_losses(&mut self.parts, self.state.epoch)?;
        self.state.seconds = self.seconds();
        self.state.observed = self.observed.sums()?;
        self.state.loss_scale = self.mixed.scale;
        let first = self.parts[0].state();
        (self.state.losses, self.state.plateau) = (first.losses, first.plateau);
        self.state.others = self.parts[1..].iter().map(Part::state).collect();
        self.state.callbacks = CallbackStates::of(&self.trainer.callbacks)?;
        self.state.averaged = self.average.as_ref().map_or(0, Average::updates);
        Ok(())
    }
}

/// What optimisers keep, and what compression leaves.
fn joined(mut optimizer: Weights, left: &Weights) -> Weights {
    left.iter().for_each(|(name, data)| optimizer.insert(name, data.clone()));
    optimizer
}
