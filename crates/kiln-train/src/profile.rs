//! Steps of the trainer, counted part by part.

use burn::tensor::Device;
use kiln_core::Weights;
use kiln_core::device::counts::{Counting, Counts, StepCounts};

use crate::backward::{How, after_loss};
use crate::batch_seed::BatchSeed;
use crate::compare::Lane;
use crate::data::loaders;
use crate::losses::Losses;
use crate::{BatchMetrics, Data, Task, TrainError, Trainer};

/// The parts of a step take turns at the counts.
struct Turns {
    counting: Counting,
    device: Device,
    seen: Counts,
}

impl Turns {
    /// What was counted since the last turn.
    fn next(&mut self) -> Counts {
        let now = self.counting.so_far(&self.device);
        let part = now.clone() - &self.seen;
        self.seen = now;
        part
    }
}

impl<T: Task> Trainer<T> {
    /// Counts what `steps` steps ask of a device through wgpu, after `warmup` steps in which kernels are compiled. `None` where nothing can
    /// be counted: the program has a log of its own.
    ///
    /// The steps are the trainer's, one after the other. Behind each part what it asks for is handed to the driver, so that it is counted there
    /// and not in the next; nothing is waited for that a training does not wait for.
    ///
    /// # Errors
    /// As [`Trainer::fit`].
    pub fn count_steps(
        &self,
        device: &Device,
        init: &dyn Fn(&Device) -> Result<T::Model, TrainError>,
        weights: &Weights,
        data: &Data<T::Batch>,
        warmup: u64,
        steps: u64,
    ) -> Result<Option<StepCounts>, TrainError> {
        let Some(counting) = Counting::begin() else { return Ok(None) };
        let (train, _) = loaders(self, data)?;
        // In this thread: what another one asks for would be counted in any part.
        let train = train.prefetch(0);
        let schedules = self.comparison_schedules(&train)?;
        let mut lane = self.lane(device, init, weights)?;
        let (mut losses, mut found) = (Losses::of(None), StepCounts::default());
        let mut turns = Turns { counting, device: device.clone(), seen: Counts::default() };
        turns.next();
        let device = device.clone().autodiff();
        let batches = train.batches() as u64;
        for step in 0..warmup + steps {
            let Lane { model, stepper, freezing, mixed, .. } = &mut lane;
            let mut epoch = train.epoch_from(step / batches, (step % batches) as usize, &device);
            let batch = epoch.next().expect("an epoch holds as many batches as it says")?;
            let made = turns.next();

            let Some(own) = model.take().map(|model| freezing.at(model, step / batches, step)) else { break };
            let seed = BatchSeed { run: self.seed, batch: step, shard: None };
            device.seed(seed.backend());
            let weight = self.task.weight(&batch.data);
            let (lowered, seen) = (mixed.lowered(&own), &mut BatchMetrics::default());
            let computing = lowered.as_ref().unwrap_or(&own);
            let loss = self.task.loss_observed(computing, batch.data.clone(), seed.masks(), seen);
            let forward = turns.next();

            let how = How { generator: None, sam: stepper.sam.as_ref(), mixed };
            let (loss, gradients) = after_loss(&self.task, &own, loss, batch.data, seed, how);
            let backward = turns.next();

            let lr = schedules.apply(step, &mut stepper.optimizer)?;
            let accepted = mixed.accepts(&gradients, step / batches + 1, step + 1)?;
            *model = Some(if accepted { stepper.update(own, gradients, lr) } else { own });
            let update = turns.next();

            losses.wait(loss, batch.items, weight, step + 1);
            if losses.are_many() {
                losses.read(step / batches)?;
            }
            let metrics = turns.next();
            if step >= warmup {
                found.take([made, forward, backward, update, metrics]);
            }
        }
        Ok(Some(found))
    }
}
