//! One step with several optimisers, which take their turns.

use kiln_data::Minibatch;

use super::Run;
use super::part::read_losses;
use crate::accumulate::Accumulator;
use crate::backward::gradients_for;
use crate::batch_seed::BatchSeed;
use crate::{Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// A step of every optimiser with a window of batches, the newest of the epoch. Gives the learning rate of the first.
    pub(super) fn round(&mut self, window: &[Minibatch<T::Batch>]) -> Result<f64, TrainError> {
        self.thaw(self.state.epoch, self.state.step);
        let seeds = self.generator().is_some();
        let Self { trainer, model, device, train, parts, several, shares, average, state, .. } = self;
        let (Some(several), Some(mut trained)) = (several.as_ref(), model.take()) else { return Ok(0.0) };
        let first = state.epoch * train.batches() as u64 + (state.batch - window.len()) as u64;
        shares.tell(&mut trainer.task, state.step)?;
        let (task, generator) = (&trainer.task, seeds.then_some(&*device));
        for pass in several.passes.iter().filter(|pass| several.trains(pass)) {
            trained = several.focus(trained, pass);
            let leader = &mut parts[pass[0]];
            let (name, sam) = (leader.name.as_deref().unwrap_or_default(), leader.stepper.sam.as_ref());
            let mut sum = Accumulator::default();
            for (batch, number) in window.iter().zip(first..) {
                let seed = BatchSeed { run: trainer.seed, batch: number, shard: None };
                let found = gradients_for(task, name, &trained, batch.data.clone(), seed, generator, sam)?;
                let Some((loss, gradients)) = found else { continue };
                let weight = task.weight(&batch.data);
                sum.add(gradients, batch.items, weight.clone());
                leader.losses.wait(loss, batch.items, weight, state.step + 1);
            }
            let Some(mut mean) = sum.take() else { continue };
            for &index in pass {
                let lr = parts[index].begin(state.step)?;
                let own = several.take(index, &mut mean);
                trained = parts[index].update(several.focus(trained, &[index]), own, lr);
            }
        }
        if parts.iter().any(|part| part.losses.are_many()) {
            read_losses(parts, state.epoch)?;
        }
        let trained = several.whole(trained);
        state.step += 1;
        if let Some(average) = average {
            average.update(&trained, state.step);
        }
        *model = Some(trained);
        Ok(parts[0].schedules.rate.at(state.step - 1))
    }
}
