//! One run of the loop, from the first step or from a checkpoint to the end.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use burn::module::Module;
use burn::tensor::Device;
use kiln_core::{Purpose, Weights, params};
use kiln_data::Loader;
use kiln_objective::Penalties;
use kiln_optim::{Average, OptimError, Optimizer};

use crate::checkpoint::{Checkpoint, Deferred, Rest, TrainState};
use crate::losses::{LossSum, Losses};
use crate::schedules::{Schedules, length};
use crate::statistics::recompute;
use crate::step::{Objective, StepPlace, Stepper, Window, gradients};
use crate::trainer::{Data, Trainer, device_of, loaders};
use crate::{EpochRecord, EpochView, History, Metrics, Outcome, Scores, StepView, Stop, Task, TrainError};

pub(crate) struct Run<'a, T: Task> {
    trainer: &'a mut Trainer<T>,
    /// Moved out while it is updated, so that the backend owns every tensor alone and can update in place.
    model: Option<T::Model>,
    device: Device,
    train: Loader<T::Batch>,
    validation: Option<Loader<T::Batch>>,
    stepper: Stepper,
    average: Option<Average>,
    schedules: Schedules,
    state: TrainState,
    history: History,
    losses: Losses,
    best: Option<Weights>,
    deferred: Deferred,
    started: Instant,
    seconds_before: f64,
}

impl<'a, T: Task> Run<'a, T> {
    pub(crate) fn start(
        trainer: &'a mut Trainer<T>,
        model: T::Model,
        data: &Data<T::Batch>,
        from: Option<Checkpoint>,
    ) -> Result<Self, TrainError> {
        let config = trainer.config.clone();
        config.check()?;
        trainer.gradient.check()?;
        trainer.checkpoint.check()?;
        if let Some(early) = &trainer.early_stopping {
            early.check()?;
        }
        let (train, validation) = loaders(trainer, data)?;

        // Lazy parameters draw from Burn's generator when they are first read: now, in order, from the run's seed.
        let device = device_of(&model);
        device.seed(trainer.seed.purpose(Purpose::Backend).value());
        params::for_each(&model, |_, _| {});
        let mut model = model.train();
        let device = device_of(&model);

        let (steps_per_epoch, steps) = length(&config, &train);
        let mut schedules = Schedules::of(trainer, steps_per_epoch, steps)?;
        let mut optimizer = Optimizer::build(&trainer.optim, &params::list(&model))?;
        // What the optimiser keeps may depend on a momentum that is scheduled; and a schedule that cannot be fails here.
        schedules.apply(0, &mut optimizer)?;
        let mut average = match &trainer.average {
            // Two averages on top of each other would both want to be the weights that count.
            Some(_) if optimizer.averages() => return Err(OptimError::AveragesTwice.into()),
            Some(config) => Some(Average::new(config, steps_per_epoch, steps)?),
            None => None,
        };
        let mut state = TrainState::new(&config.monitor);
        let mut history = History::default();
        let mut best = None;
        // What penalties keep is saved beside the state of the optimiser.
        let mut remembered = Weights::default();
        if let Some(store) = &trainer.store {
            store.clean(from.as_ref())?;
        }
        if let Some(log) = &trainer.log {
            history = log.cut(from.as_ref().map_or(0, |checkpoint| checkpoint.state.seq))?;
        }
        if let Some(checkpoint) = from {
            // Through evaluation mode, so that no running statistic of the fresh model is pending.
            let trained = match &mut average {
                Some(average) => average.load(
                    &checkpoint.average,
                    checkpoint.state.averaged,
                    &checkpoint.weights,
                    &params::list(&model),
                    &device,
                )?,
                None => checkpoint.weights.clone(),
            };
            model = trained.apply(model.valid())?.train();
            let mut saved = Weights::default();
            for (name, data) in checkpoint.optimizer.iter() {
                let place = if Penalties::owns(name) { &mut remembered } else { &mut saved };
                place.insert(name, data.clone());
            }
            optimizer.load(&saved, &params::list(&model), &device.clone().inner())?;
            model = optimizer.restore(model);
            state = checkpoint.state;
            if let Some(plateau) = &state.plateau {
                schedules.rate.restore(plateau.clone());
            }
            for (callback, saved) in trainer.callbacks.iter_mut().zip(&state.callbacks) {
                if let Some(saved) = saved {
                    callback.load(saved);
                }
            }
            best = match (&state.best, &trainer.store) {
                (Some(name), Some(_)) if checkpoint.path.ends_with(name) => Some(checkpoint.weights),
                (Some(name), Some(store)) => match store.load(name) {
                    Ok(best) => Some(best.weights),
                    // A run that has ended has nothing but those. One that goes on finds others: from here on.
                    Err(TrainError::Damaged { .. }) if state.stop.is_none() => {
                        state.best = None;
                        state.monitor.best = None;
                        None
                    }
                    Err(error) => return Err(error),
                },
                _ => None,
            };
        }
        let mut objective = Objective::of(trainer, &params::list(&model))?;
        objective.penalties.plan(steps_per_epoch, steps)?;
        objective.penalties.set_step(state.step);
        objective.penalties.load(&remembered, &device.clone().inner());
        trainer.task.plan(steps_per_epoch, steps)?;
        for callback in &mut trainer.callbacks {
            callback.on_fit_start(&history)?;
        }
        Ok(Self {
            stepper: Stepper::new(trainer, optimizer, objective),
            average,
            losses: Losses::resumed(state.losses),
            seconds_before: state.seconds,
            deferred: Deferred::new(trainer.defer),
            started: Instant::now(),
            trainer,
            model: Some(model),
            device,
            train,
            validation,
            schedules,
            state,
            history,
            best,
        })
    }

    /// Runs to the end, and gives the model back with the best weights.
    pub(crate) fn finish(mut self) -> Result<Outcome<T::Model>, TrainError> {
        match self.state.stop.clone() {
            Some(stop) => self.close(stop, true),
            None => {
                let stop = self.epochs()?;
                if !stop.can_go_on() && self.validation.is_none() {
                    // With a validation part this has been done before it.
                    let _ = self.refresh_statistics(&AtomicBool::new(false))?;
                }
                self.close(stop, false)
            }
        }
    }

    /// Ends with weights that were found otherwise than by steps: one epoch of `steps` iterations, whose training loss
    /// is known.
    pub(crate) fn finish_solved(
        mut self,
        steps: u64,
        loss: f64,
        stop: Stop,
    ) -> Result<Outcome<T::Model>, TrainError> {
        self.state.step = steps;
        self.losses = Losses::resumed(LossSum { sum: loss, items: 1, ..LossSum::default() });
        let began = self.started;
        let stopped = self.end_epoch(0.0, began)?;
        self.close(if stop == Stop::Finished { stopped.unwrap_or(stop) } else { stop }, false)
    }

    fn close(mut self, stop: Stop, ended: bool) -> Result<Outcome<T::Model>, TrainError> {
        let last = self.weights();
        let seconds = self.seconds();
        if !ended {
            self.state.stop = Some(stop.clone()).filter(|stop| !stop.can_go_on());
            self.save(&last)?;
        }
        for callback in &mut self.trainer.callbacks {
            callback.on_fit_end(&self.history, &stop)?;
        }
        let last_weights_blake3 = last.blake3();
        let model = self.best.as_ref().unwrap_or(&last).apply(self.model().valid())?;
        let steps = self.state.step;
        Ok(Outcome { model, history: self.history, stop, steps, seconds, last_weights_blake3 })
    }

    fn model(&self) -> &T::Model {
        self.model.as_ref().expect("the model is only away while it is updated")
    }

    /// The weights that are evaluated, kept and saved.
    fn weights(&self) -> Weights {
        weights_that_count(self.model(), &self.stepper.optimizer, self.average.as_ref())
    }

    fn epochs(&mut self) -> Result<Stop, TrainError> {
        while self.state.epoch < self.trainer.config.epochs {
            if let Some(stop) = self.epoch()? {
                return Ok(stop);
            }
        }
        Ok(Stop::Finished)
    }

    /// Trains to the end of the current epoch, from wherever in it the run stands.
    fn epoch(&mut self) -> Result<Option<Stop>, TrainError> {
        let began = Instant::now();
        let (epoch, batches) = (self.state.epoch, self.train.batches());
        let accumulate = self.trainer.config.accumulate;
        let mut window = Window::default();
        // Resumed behind the last batch of an epoch, no step is left: the rate of the epoch is that of the step before.
        let begun = u64::from(self.state.batch > 0);
        let mut lr = self.schedules.rate.at(self.state.step.saturating_sub(begun));
        let mut items = 0;
        for batch in self.train.clone().epoch(epoch, self.state.batch, &self.device) {
            let batch = batch?;
            let place =
                StepPlace { run: self.trainer.seed, batch: epoch * batches as u64 + self.state.batch as u64 };
            if window.batches() == 0 {
                self.trainer.task.set_step(self.state.step);
            }
            let weight = if accumulate > 1 { self.trainer.task.weight(&batch.data) } else { None };
            let sam = self.stepper.sam.as_ref();
            let (loss, gradients) =
                gradients(&self.trainer.task, self.model(), batch.data, &place, &self.device, sam);
            window.add(gradients, batch.items, weight);
            self.losses.push(loss, batch.items, self.state.step + 1, epoch)?;
            self.state.batch += 1;
            items += batch.items;
            if window.batches() < accumulate && self.state.batch < batches {
                continue;
            }
            lr = self.schedules.apply(self.state.step, &mut self.stepper.optimizer)?;
            self.stepper.penalties.set_step(self.state.step);
            if let (Some(mean), Some(model)) = (window.take(), self.model.take()) {
                self.model = Some(self.stepper.update(model, mean, lr));
            }
            self.losses.push_norm(self.stepper.norm.take());
            self.state.step += 1;
            if let (Some(average), Some(model)) = (&mut self.average, &self.model) {
                average.update(model, self.state.step);
            }
            if let Some(stop) = self.after_step(lr, std::mem::take(&mut items))? {
                return Ok(Some(stop));
            }
            if self.steps_done() {
                break;
            }
        }
        self.end_epoch(lr, began)
    }

    fn steps_done(&self) -> bool {
        self.trainer.config.steps.is_some_and(|steps| self.state.step >= steps)
    }

    fn after_step(&mut self, lr: f64, items: usize) -> Result<Option<Stop>, TrainError> {
        let state = &self.state;
        let view = StepView {
            epoch: state.epoch + 1,
            epochs: self.trainer.config.epochs,
            step: state.step,
            batch: state.batch,
            batches: self.train.batches(),
            items,
            lr,
            loss: self.losses.newest,
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
        if self.trainer.config.time_limit.is_some_and(|limit| self.started.elapsed().as_secs_f64() >= limit) {
            stop = stop.or(Some(Stop::TimeLimit));
        }
        let due = self.trainer.checkpoint.every_steps.is_some_and(|every| state.step.is_multiple_of(every));
        if due && stop.is_none() && state.batch < self.train.batches() {
            self.save(&self.weights())?;
        }
        Ok(stop)
    }

    fn end_epoch(&mut self, lr: f64, began: Instant) -> Result<Option<Stop>, TrainError> {
        let epoch = self.state.epoch;
        self.losses.read(epoch)?;
        let mut train = Metrics::default();
        train.set("loss", self.losses.total.mean());
        if let Some((mean, max)) = self.losses.total.norms.mean_and_max() {
            train.set("grad_norm", mean);
            train.set("grad_norm_max", max);
        }
        if let Some(penalty) = self.stepper.penalties.value(self.model()) {
            train.set("penalty", penalty.inner().into_data().iter::<f64>().sum());
        }
        if self.validation.is_some() && self.refresh_statistics(&self.trainer.stop.clone())?.is_break() {
            return Ok(Some(Stop::Interrupted));
        }
        let validation = match self.validate()? {
            ControlFlow::Continue(validation) => validation,
            // The epoch is not over: its last step is saved, and the run goes on with this validation.
            ControlFlow::Break(stop) => return Ok(Some(stop)),
        };
        let mut best = true;
        if let Some(metrics) = &validation {
            let value = self.state.monitor.value(metrics)?;
            if !value.is_finite() {
                let step = self.state.step;
                return Err(TrainError::Diverged { what: "validation loss", value, epoch: epoch + 1, step });
            }
            self.schedules.rate.observe(value, self.state.monitor.maximise());
            best = self.state.monitor.observe(value, epoch + 1, self.trainer.early_stopping.as_ref());
        }
        let record = EpochRecord {
            seq: self.state.seq,
            epoch: epoch + 1,
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
        self.losses = self.losses.next_epoch();

        let stop = self.after_epoch(&record)?;
        let every = self.trainer.checkpoint.every_epochs;
        let due = every > 0 && self.state.epoch.is_multiple_of(every);
        let improved = best && record.validation.is_some();
        if improved || due {
            let weights = self.weights();
            if improved {
                self.state.best = Some(crate::checkpoint::folder_name(self.state.step));
                self.best = Some(weights.clone());
            }
            if stop.is_none() && self.state.epoch < self.trainer.config.epochs {
                self.save(&weights)?;
            }
        }
        Ok(stop)
    }

    fn after_epoch(&mut self, record: &EpochRecord) -> Result<Option<Stop>, TrainError> {
        let (optimizer, average) = (&self.stepper.optimizer, self.average.as_ref());
        let model = self.model.as_ref();
        let weights = || model.map(|model| weights_that_count(model, optimizer, average)).unwrap_or_default();
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
            && self.state.monitor.exhausted(Some(early))
        {
            stop = stop.or(Some(Stop::EarlyStopping { patience: early.patience }));
        }
        if self.steps_done() {
            stop = stop.or(Some(Stop::Finished));
        }
        Ok(stop)
    }

    /// The validation metrics, unless a request to stop comes first.
    fn validate(&self) -> Result<ControlFlow<Stop, Option<Metrics>>, TrainError> {
        let Some(loader) = &self.validation else { return Ok(ControlFlow::Continue(None)) };
        let model = model_that_counts(self.model(), &self.stepper.optimizer, self.average.as_ref());
        let mut scores = Scores::new();
        for batch in loader.epoch(0, 0, &self.device.clone().inner()) {
            if self.trainer.stop.load(Ordering::Relaxed) {
                return Ok(ControlFlow::Break(Stop::Interrupted));
            }
            self.trainer.task.score(&model, batch?.data, &mut scores);
        }
        Ok(ControlFlow::Continue(Some(scores.metrics())))
    }

    /// Gives an average that has no running statistics of its own those of a pass over the training items. Breaks off
    /// when `stop` is set.
    fn refresh_statistics(&mut self, stop: &AtomicBool) -> Result<ControlFlow<()>, TrainError> {
        let Some(average) = self.average.as_mut().filter(|a| a.counts() && a.needs_statistics()) else {
            return Ok(ControlFlow::Continue(()));
        };
        let model =
            average.apply(self.model.as_ref().expect("the model is only away while it is updated").valid());
        let Trainer { task, seed, .. } = &*self.trainer;
        match recompute(task, model, &self.train, &self.device, *seed, stop)? {
            Some(model) => average.set_statistics(&model),
            None => return Ok(ControlFlow::Break(())),
        }
        Ok(ControlFlow::Continue(()))
    }

    fn seconds(&self) -> f64 {
        self.seconds_before + self.started.elapsed().as_secs_f64()
    }

    /// Saves the state as it stands; does nothing without a run directory.
    fn save(&mut self, weights: &Weights) -> Result<(), TrainError> {
        let Some(store) = &self.trainer.store else { return Ok(()) };
        // What is saved must be known to be finite: a checkpoint of a run that diverged is no use.
        self.losses.read(self.state.epoch)?;
        self.state.seconds = self.seconds_before + self.started.elapsed().as_secs_f64();
        self.state.losses = self.losses.total;
        self.state.plateau = self.schedules.rate.state();
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
            optimizer: self.stepper.checkpoint(model),
            average: average.map(|average| average.state(&Weights::of(model))).unwrap_or_default(),
        };
        self.deferred.save(store, weights, rest, &self.state)
    }
}

/// The model in evaluation mode with the weights that count: an average where there is one, else its own.
fn model_that_counts<M: Module>(model: &M, optimizer: &Optimizer, average: Option<&Average>) -> M {
    match average.filter(|average| average.counts()) {
        Some(average) => average.apply(model.valid()),
        None => optimizer.averaged(model).map_or_else(|| model.valid(), |averaged| averaged.valid()),
    }
}

fn weights_that_count<M: Module>(model: &M, optimizer: &Optimizer, average: Option<&Average>) -> Weights {
    Weights::of(&model_that_counts(model, optimizer, average))
}
