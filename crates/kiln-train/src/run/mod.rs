//! One run of the loop: build, restore, epoch after epoch, close.
//!
//! | file | what it does |
//! |---|---|
//! | `build.rs` | makes everything that the run needs, as it stands before the first step |
//! | `foresee.rs` | finds out whether the monitored metric is there |
//! | `reopen.rs` | says whether a run may go on from a checkpoint, with the settings it has now |
//! | `restore.rs` | takes up the state of a checkpoint |
//! | `side_by_side.rs` | who may use the generator that trainings at once share |
//! | `sharded.rs` | steps over batches that are cut into shards |
//! | `synced.rs` | passes over all shards of a batch at once |
//! | `together.rs` | what ranks say to each other |
//! | `compressed.rs` | steps with the largest numbers of each gradient |
//! | `local.rs` | rounds of steps that each shard makes by itself |
//! | `part.rs` | one optimiser with its schedules and losses |
//! | `epoch.rs` | steps over the batches of one epoch |
//! | `round.rs` | a step with several optimisers |
//! | `epoch_end.rs` | ends an epoch: metrics, best weights, record, callbacks, checkpoint |
//! | `validate.rs` | scores the validation part |
//! | `close.rs` | saves, and gives the outcome |

mod build;
mod close;
mod compressed;
mod epoch;
mod epoch_end;
mod foresee;
mod local;
mod part;
mod reopen;
mod restore;
mod round;
mod sharded;
mod side_by_side;
mod synced;
mod together;
mod validate;
mod weights;

use std::sync::atomic::AtomicBool;
use std::time::Instant;

use burn::tensor::Device;
use kiln_core::Weights;
use kiln_data::Loader;
use kiln_optim::Average;
use kiln_ranks::RanksError;

use crate::checkpoint::{Checkpoint, Deferred, TrainState};
use crate::compression::Compressor;
use crate::freeze::Freezing;
use crate::losses::LossSum;
use crate::mixed::Mixed;
use crate::observed::Observed;
use crate::several::Several;
use crate::shards::Shards;
use crate::shares::Shares;
use crate::{Data, History, Outcome, Stop, Task, TrainError, Trainer};
use part::Part;

pub(crate) struct Run<'a, T: Task> {
    trainer: &'a mut Trainer<T>,
    /// Moved out while it is updated, so that the backend owns every tensor alone and can update in place.
    model: Option<T::Model>,
    device: Device,
    /// Optimiser steps of the whole run.
    steps: u64,
    train: Loader<T::Batch>,
    validation: Option<Loader<T::Batch>>,
    /// The optimisers: one, unless there are several.
    parts: Vec<Part>,
    several: Option<Several>,
    /// Where batches are cut.
    shards: Option<Shards>,
    /// Whether all batch norms are known to go by all shards.
    norms_checked: bool,
    /// What compression leaves for the next step.
    compressor: Compressor,
    /// Whether rank 0 saves what compression leaves on all.
    gathers_left: bool,
    /// The rank that was lost.
    lost: Option<RanksError>,
    shares: Shares,
    freezing: Freezing,
    mixed: Mixed,
    average: Option<Average>,
    state: TrainState,
    history: History,
    observed: Observed,
    best: Option<Weights>,
    deferred: Deferred,
    /// What is wrong with checkpoints that nothing was taken from.
    passed_over: Vec<TrainError>,
    started: Instant,
    seconds_before: f64,
}

impl<'a, T: Task> Run<'a, T> {
    /// A run that stands before its first step, or where the checkpoint `from` was saved, with what is wrong with newer ones.
    pub(crate) fn start(
        trainer: &'a mut Trainer<T>,
        model: T::Model,
        data: &Data<T::Batch>,
        (from, damaged): (Option<Checkpoint>, Vec<TrainError>),
    ) -> Result<Self, TrainError> {
        let mut run = Self::build(trainer, model, data)?;
        run.passed_over = damaged;
        run.agree_on_checkpoints()?;
        let from = run.share(from)?;
        let state = from.as_ref().map_or(&run.state, |from| &from.state);
        if state.stop.is_none() && run.is_head() {
            run.foresee(data, &mut state.monitor.clone())?;
        }
        if from.is_none() {
            run.check_batch_norm(data)?;
        }
        run.restore(from)?;
        run.check_side_by_side()?;
        run.meet()?;
        for callback in &mut run.trainer.callbacks {
            for damaged in &run.passed_over {
                callback.on_passed_over(damaged)?;
            }
            callback.on_fit_start(&run.history)?;
        }
        Ok(run)
    }

    /// Runs to the end, and gives the model back with the best weights.
    pub(crate) fn finish(mut self) -> Result<Outcome<T::Model>, TrainError> {
        if let Some(stop) = self.state.stop.clone() {
            return self.close(stop);
        }
        let stop = self.epochs()?;
        if !stop.can_go_on() && self.validation.is_none() && self.is_head() {
            // With a validation part this happened before the validation.
            let _ = self.refresh_statistics(&AtomicBool::new(false))?;
        }
        self.close(stop)
    }

    /// Ends with weights that were not found by steps: one epoch of `steps` iterations, whose training loss is known.
    pub(crate) fn finish_solved(
        mut self,
        steps: u64,
        loss: f64,
        stop: Stop,
    ) -> Result<Outcome<T::Model>, TrainError> {
        self.state.step = steps;
        self.parts[0].losses.resume(LossSum { sum: loss, items: 1, ..LossSum::default() });
        let began = self.started;
        let stopped = self.end_epoch(0.0, began)?;
        let stop = if stop == Stop::Finished { stopped.unwrap_or(stop) } else { stop };
        self.close(stop)
    }

    fn epochs(&mut self) -> Result<Stop, TrainError> {
        while self.state.epoch < self.trainer.config.epochs {
            if let Some(stop) = self.epoch()? {
                return Ok(stop);
            }
        }
        Ok(Stop::Finished)
    }

    fn steps_done(&self) -> bool {
        self.trainer.config.steps.is_some_and(|steps| self.state.step >= steps)
    }

    fn seconds(&self) -> f64 {
        self.seconds_before + self.started.elapsed().as_secs_f64()
    }

    /// Makes the model what it is in the step after `step` steps, in the epoch after `epoch` epochs.
    fn thaw(&mut self, epoch: u64, step: u64) {
        self.model = self.model.take().map(|model| self.freezing.at(model, epoch, step));
        if let Some(several) = &mut self.several {
            several.freeze(self.freezing.frozen());
        }
    }

    /// The optimisers with a loss of their own; none where there is one optimiser.
    fn losses(&self) -> Vec<&str> {
        let passes = self.several.iter().flat_map(|several| &several.passes);
        passes.filter_map(|pass| self.parts[pass[0]].name.as_deref()).collect()
    }

    fn model(&self) -> &T::Model {
        self.model.as_ref().expect("the model is only away while it is updated")
    }
}
