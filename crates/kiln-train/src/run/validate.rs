//! Validation: the metrics of the weights that count, over the validation part.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use burn::module::Module;

use super::Run;
use super::weights::model_that_counts;
use crate::statistics::{Pass, recompute};
use crate::{Metrics, Scores, Stop, Task, TrainError, Trainer};

impl<T: Task> Run<'_, T> {
    /// The validation metrics, `None` without a validation part. Breaks off when the run is asked to stop.
    ///
    /// Of several ranks the first one scores, and the others hear of it.
    pub(super) fn validate(&mut self) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        if self.validation.is_none() {
            return Ok(ControlFlow::Continue(None));
        }
        let found = if self.is_head() { self.scored()? } else { ControlFlow::Continue(None) };
        self.heard(found)
    }

    fn scored(&mut self) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        let Some(loader) = self.validation.clone() else { return Ok(ControlFlow::Continue(None)) };
        if self.refresh_statistics(&self.trainer.stop.clone())?.is_break() {
            return Ok(ControlFlow::Break(Stop::Interrupted));
        }
        let model = model_that_counts(self.model(), &self.parts, self.average.as_ref());
        let mut scores = Scores::new();
        for batch in loader.pass(&self.device.clone().inner()) {
            if self.trainer.stop.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(Stop::Interrupted));
            }
            self.trainer.task.score(&model, batch?.data, &mut scores);
        }
        Ok(ControlFlow::Continue(Some(scores.metrics())))
    }

    /// Gives an average without running statistics of its own those of a pass over the training items. Breaks off when
    /// `stop` is set.
    pub(super) fn refresh_statistics(&mut self, stop: &AtomicBool) -> Result<ControlFlow<()>, TrainError> {
        let Some(average) = self.average.as_ref().filter(|a| a.counts() && a.needs_statistics()) else {
            return Ok(ControlFlow::Continue(()));
        };
        let model = average.apply(self.model().valid());
        let Trainer { task, seed, .. } = &*self.trainer;
        let pass = Pass { train: &self.train, device: &self.device, generator: self.generator(), run: *seed };
        let Some(model) = recompute(task, model, &self.losses(), pass, stop)? else {
            return Ok(ControlFlow::Break(()));
        };
        if let Some(average) = &mut self.average {
            average.set_statistics(&model);
        }
        Ok(ControlFlow::Continue(()))
    }
}
