//! Close: the last checkpoint, and what is given back.

use burn::module::Module;
use kiln_core::Weights;
use kiln_optim::Average;

use super::Run;
use super::part::{self, Part};
use crate::checkpoint::Rest;
use crate::{Outcome, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// Saves how the run ended, unless it was only read again, and gives the best weights.
    pub(super) fn close(mut self, stop: Stop) -> Result<Outcome<T::Model>, TrainError> {
        let (last, seconds) = (self.weights(), self.seconds());
        if self.state.stop.is_none() {
            // A run that was cut off from outside is left open.
            self.state.stop = Some(stop.clone()).filter(|stop| !stop.can_go_on());
            self.save(&last)?;
        }
        for callback in &mut self.trainer.callbacks {
            callback.on_fit_end(&self.history, &stop)?;
        }
        let last_weights_blake3 = last.blake3();
        self.model = self.model.take().map(|model| self.freezing.released(model));
        let model = self.best.as_ref().unwrap_or(&last).apply(self.model().valid())?;
        let steps = self.state.step;
        Ok(Outcome { model, history: self.history, stop, steps, seconds, last_weights_blake3 })
    }

    /// Saves the state as it stands. Does nothing without a run directory.
    pub(super) fn save(&mut self, weights: &Weights) -> Result<(), TrainError> {
        let seconds = self.seconds();
        let Some(store) = &self.trainer.store else { return Ok(()) };
        // What is saved must be known to be finite: a checkpoint of a run that diverged is no use.
        part::read_losses(&mut self.parts, self.state.epoch)?;
        self.state.seconds = seconds;
        self.state.observed = self.observed.sums()?;
        let first = self.parts[0].state();
        (self.state.losses, self.state.plateau) = (first.losses, first.plateau);
        self.state.others = self.parts[1..].iter().map(Part::state).collect();
        self.state.callbacks = self.trainer.callbacks.iter().map(|callback| callback.save()).collect();
        self.state.weights_blake3 = weights.blake3();
        self.state.averaged = self.average.as_ref().map_or(0, Average::updates);
        if let Some(log) = &self.trainer.log
            && !self.deferred.holds()
        {
            log.sync()?;
        }
        let model = self.model.as_ref().expect("the model is only away while it is updated");
        let average = self.average.as_ref();
        let rest = || Rest {
            optimizer: part::checkpoint(&self.parts, self.several.as_ref(), model),
            average: average.map(|average| average.state(&Weights::of(model))).unwrap_or_default(),
        };
        self.deferred.save(store, weights, rest, &self.state)
    }
}
