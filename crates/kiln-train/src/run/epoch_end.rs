//! The end of an epoch: metrics, best weights, record, callbacks, early stopping, checkpoint.

use std::ops::ControlFlow;
use std::time::Instant;

use kiln_core::Direction;

use super::Run;
use super::part::{Part, read_losses};
use super::weights::weights_that_count;
use crate::checkpoint::folder_name;
use crate::nan_guard::check_finite;
use crate::observed::Observed;
use crate::{EpochRecord, EpochView, Metrics, Stop, Task, TrainError};

impl<T: Task> Run<'_, T> {
    /// Ends the epoch that began at `began` and whose last step had the learning rate `lr`.
    pub(super) fn end_epoch(&mut self, lr: f64, began: Instant) -> Result<Option<Stop>, TrainError> {
        let train = self.training_metrics()?;
        let validation = match self.validate()? {
            ControlFlow::Continue(validation) => validation,
            // The epoch is not over: its last step is saved, and the run goes on with this validation.
            ControlFlow::Break(stop) => return Ok(Some(stop)),
        };
        let best = match &validation {
            Some(metrics) => self.observe(metrics)?,
            None => true,
        };
        let record = EpochRecord {
            seq: self.state.seq,
            epoch: self.state.epoch + 1,
            step: self.state.step,
            lr,
            train,
            validation,
            best,
            seconds: began.elapsed().as_secs_f64(),
        };
        if let Some(log) = &self.trainer.log {
            log.append(&record, !self.deferred.holds())?;
        }
        self.history.epochs.push(record.clone());
        self.state.seq += 1;
        self.state.epoch += 1;
        self.state.batch = 0;
        self.parts.iter_mut().for_each(|part| part.losses.next_epoch());
        self.observed = Observed::default();
        if let Some(scale) = &mut self.mixed.scale {
            scale.skipped = 0;
        }

        let stop = self.after_epoch(&record)?;
        let stop = self.agree_on_weights(stop)?;
        self.keep(&record, stop.is_none())?;
        Ok(stop)
    }

    /// Losses and gradient norms over the epoch, the penalty at its end, and what the task said of its batches.
    fn training_metrics(&mut self) -> Result<Metrics, TrainError> {
        read_losses(&mut self.parts, self.state.epoch)?;
        let losses = self.parts.iter().filter_map(|part| part.losses.total.mean());
        let mut train = Metrics::from_iter([("loss", losses.reduce(|a, b| a + b).unwrap_or_default())]);
        for Part { name, losses, .. } in &self.parts {
            let of = name.as_ref().map(|name| format!(".{name}")).unwrap_or_default();
            if let (Some(_), Some(loss)) = (name, losses.total.mean()) {
                train.set(format!("loss{of}"), loss);
            }
            if let Some((mean, max)) = losses.total.norms.mean_and_max() {
                train.set(format!("grad_norm{of}"), mean);
                train.set(format!("grad_norm_max{of}"), max);
            }
        }
        // Each optimiser knows all penalties.
        if let Some(penalty) = self.parts[0].stepper.penalties.value(self.model()) {
            train.set("penalty", penalty.inner().into_data().iter::<f64>().sum());
        }
        if let Some(scale) = &self.mixed.scale {
            train.set("skipped_steps", scale.skipped as f64);
        }
        self.observed.write(&mut train)?;
        Ok(train)
    }

    /// Tells monitor and plateau schedule the monitored metric. Says whether these are the best weights so far.
    fn observe(&mut self, metrics: &Metrics) -> Result<bool, TrainError> {
        let (epoch, step) = (self.state.epoch + 1, self.state.step);
        let monitor = &mut self.state.monitor;
        let (value, direction) = monitor.read(metrics)?;
        check_finite(format!("validation {}", self.trainer.config.monitor), value, epoch, step)?;
        for part in &mut self.parts {
            part.schedules.rate.observe(value, direction == Direction::Maximise);
        }
        Ok(monitor.observe(value, direction, epoch, self.trainer.early_stopping.as_ref()))
    }

    /// Callbacks, early stopping and the limit of steps.
    fn after_epoch(&mut self, record: &EpochRecord) -> Result<Option<Stop>, TrainError> {
        let (parts, average) = (&self.parts, self.average.as_ref());
        let model = self.model.as_ref();
        let weights = || model.map(|model| weights_that_count(model, parts, average)).unwrap_or_default();
        let epochs = self.trainer.config.epochs;
        let view = EpochView { record, history: &self.history, epochs, weights: &weights };
        let mut stop = None;
        for callback in &mut self.trainer.callbacks {
            if let ControlFlow::Break(why) = callback.on_epoch_end(&view)? {
                stop = stop.or(Some(why));
            }
        }
        if let Some(early) = &self.trainer.early_stopping
            && record.validation.is_some()
            && self.state.monitor.exhausted(early)
        {
            stop = stop.or(Some(Stop::EarlyStopping { patience: early.patience }));
        }
        if self.steps_done() {
            stop = stop.or(Some(Stop::Finished));
        }
        Ok(stop)
    }

    /// Keeps the best weights, and saves a checkpoint where one is due and the run goes on.
    fn keep(&mut self, record: &EpochRecord, goes_on: bool) -> Result<(), TrainError> {
        let every = self.trainer.checkpoint.every_epochs;
        let due = every > 0 && self.state.epoch.is_multiple_of(every);
        let improved = record.best && record.validation.is_some();
        if !improved && !due {
            return Ok(());
        }
        let weights = self.weights();
        if improved {
            self.state.best = Some(folder_name(self.state.step));
            self.best = Some(weights.clone());
        }
        if goes_on && self.state.epoch < self.trainer.config.epochs {
            self.save(&weights)?;
        }
        Ok(())
    }
}
