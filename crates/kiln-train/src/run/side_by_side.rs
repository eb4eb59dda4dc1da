//! Trainings side by side: who may use the generator that they share.

use burn::tensor::Device;

use super::Run;
use crate::side_by_side::{is_exact, must_be_function};
use crate::{Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// The device whose generator every pass seeds; `None` where it is left alone, because others may draw from it.
    pub(super) fn generator(&self) -> Option<&Device> {
        (!self.leaves_generator()).then_some(&self.device)
    }

    fn leaves_generator(&self) -> bool {
        let shards = self.shards.as_ref().is_some_and(|shards| shards.sync);
        (self.trainer.side_by_side || shards) && is_exact(&self.device)
    }

    /// Refuses a task that draws from the generator where it is left alone. Looks at the next batch, if there is one.
    pub(super) fn check_side_by_side(&mut self) -> Result<(), TrainError> {
        let over = self.state.stop.is_some() || self.state.epoch >= self.trainer.config.epochs;
        if over || !self.leaves_generator() {
            return Ok(());
        }
        let next = self.train.epoch_from(self.state.epoch, self.state.batch, &self.device).next();
        let Some(batch) = next.transpose()? else { return Ok(()) };
        self.shares.tell(&mut self.trainer.task, self.state.step)?;
        must_be_function(&self.trainer.task, &self.losses(), self.model(), batch.data, self.trainer.seed)
    }
}
