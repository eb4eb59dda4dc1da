//! One epoch: forward, backward and update over its batches, from wherever in it the run stands.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Instant;

use kiln_data::Minibatch;
use kiln_optim::Gradients;

use super::Run;
use crate::accumulate::Accumulator;
use crate::backward::{How, gradients};
use crate::batch_seed::BatchSeed;
use crate::{BatchMetrics, StepView, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// Trains to the end of the current epoch. `Some` when the run is to stop.
    pub(super) fn epoch(&mut self) -> Result<Option<Stop>, TrainError> {
        let began = Instant::now();
        // Resumed behind the last batch of an epoch, no step is left: the rate of the epoch is that of the step before.
        let begun = u64::from(self.state.batch > 0);
        let mut lr = self.parts[0].schedules.rate.at(self.state.step.saturating_sub(begun));
        if begun > 0 && self.steps_done() {
            // Stopped behind its last step, before the epoch was at its end.
            self.keep_before_cut()?;
            return self.end_epoch(lr, began);
        }
        let stop = if self.shards.is_some() { self.sharded_steps(&mut lr)? } else { self.steps(&mut lr)? };
        if stop.is_some() {
            return Ok(stop);
        }
        self.end_epoch(lr, began)
    }

    /// The steps that are left of the epoch. `lr` becomes the learning rate of the last one.
    fn steps(&mut self, lr: &mut f64) -> Result<Option<Stop>, TrainError> {
        let (accumulate, batches) = (self.trainer.config.accumulate, self.train.batches());
        let (mut sum, mut held, mut items) = (Accumulator::default(), Vec::new(), 0);
        for batch in self.train.clone().epoch_from(self.state.epoch, self.state.batch, &self.device) {
            let batch = batch?;
            items += batch.items;
            if self.several.is_some() {
                held.push(batch);
            } else {
                self.backward(batch, &mut sum)?;
            }
            self.state.batch += 1;
            if sum.batches().max(held.len()) < accumulate && self.state.batch < batches {
                continue;
            }
            let before = self.state.step;
            *lr = if held.is_empty() { self.update(sum.take())? } else { self.round(&held)? };
            held.clear();
            if let Some(stop) = self.after_step(*lr, std::mem::take(&mut items), before)? {
                return Ok(Some(stop));
            }
            if self.steps_done() {
                self.keep_before_cut()?;
                break;
            }
        }
        Ok(None)
    }

    /// Adds the gradients of a batch to those of the step that it belongs to.
    fn backward(&mut self, batch: Minibatch<T::Batch>, sum: &mut Accumulator) -> Result<(), TrainError> {
        let (epoch, step) = (self.state.epoch, self.state.step);
        let number = epoch * self.train.batches() as u64 + self.state.batch as u64;
        let seed = BatchSeed { run: self.trainer.seed, batch: number, shard: None };
        if sum.batches() == 0 {
            self.shares.tell(&mut self.trainer.task, step)?;
            self.thaw(epoch, step);
        }
        let task = &self.trainer.task;
        let sam = self.parts[0].stepper.sam.as_ref();
        let how = How { generator: self.generator(), sam, mixed: &self.mixed };
        let weight = task.weight(&batch.data);
        let mut seen = BatchMetrics::default();
        let (loss, gradients) = gradients(task, self.model(), batch.data, seed, how, &mut seen);
        sum.add(gradients, batch.items, weight.clone());
        let losses = &mut self.parts[0].losses;
        losses.wait(loss, batch.items, weight, step + 1);
        if losses.are_many() {
            losses.read(epoch)?;
        }
        self.observed.push(seen, batch.items)
    }

    /// One optimiser step with the mean gradient. Gives the learning rate that it was made with.
    pub(super) fn update(&mut self, mean: Option<Gradients>) -> Result<f64, TrainError> {
        let only = &mut self.parts[0];
        let lr = only.begin(self.state.step)?;
        if let Some(mean) = mean
            && self.mixed.accepts(&mean, self.state.epoch + 1, self.state.step + 1)?
            && let Some(model) = self.model.take()
        {
            self.model = Some(only.update(model, mean, lr));
        }
        self.state.step += 1;
        if let (Some(average), Some(model)) = (&mut self.average, &self.model) {
            average.update(model, self.state.step);
        }
        Ok(lr)
    }

    /// The task, callbacks, requests to stop, the time limit and checkpoints inside an epoch. `before`: the steps that there were before.
    pub(super) fn after_step(
        &mut self,
        lr: f64,
        items: usize,
        before: u64,
    ) -> Result<Option<Stop>, TrainError> {
        if let Some(model) = &self.model {
            self.trainer.task.after_step(model, self.state.step);
        }
        let (state, config) = (&self.state, &self.trainer.config);
        let view = StepView {
            epoch: state.epoch + 1,
            epochs: config.epochs,
            step: state.step,
            steps: self.steps,
            batch: state.batch,
            batches: self.train.batches(),
            items,
            lr,
            loss: self.parts.iter().filter_map(|part| part.losses.newest).reduce(|a, b| a + b),
        };
        let mut stop = None;
        for callback in &mut self.trainer.callbacks {
            if let ControlFlow::Break(why) = callback.on_step_end(&view)? {
                stop = stop.or(Some(why));
            }
        }
        if self.trainer.stop.load(Ordering::Relaxed) {
            stop = Some(Stop::Interrupted);
        }
        if config.time_limit.is_some_and(|limit| self.started.elapsed().as_secs_f64() >= limit) {
            stop = stop.or(Some(Stop::TimeLimit));
        }
        let stop = self.agree(stop)?;
        let state = &self.state;
        // A round of local steps may end behind a multiple.
        let due = |every| before / every < state.step / every;
        let due = self.trainer.checkpoint.every_steps.is_some_and(due);
        if due && stop.is_none() && state.batch < self.train.batches() {
            self.save(&self.weights())?;
        }
        Ok(stop)
    }
}
