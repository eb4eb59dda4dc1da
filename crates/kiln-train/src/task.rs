//! What a user writes to train a model of their own: how a batch becomes a loss and how it is scored.

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::{Scores, TrainError};

/// How a model learns from a batch and how it is judged.
///
/// [`Supervised`](crate::Supervised) is the task for kiln's own data and models. Write your own for anything else:
/// see the example `custom_model`.
pub trait Task: Send {
    /// The model that is trained.
    type Model: Module;
    /// What the loader hands over: inputs and targets on the device. A clone must be cheap, as that of a tensor is:
    /// sharpness-aware minimisation passes over a batch twice.
    type Batch: Clone + Send + 'static;

    /// The mean loss over the items of the batch: shape `[1]`, on the autodiff device of the model.
    ///
    /// `seed` is a function of the run's seed and the step; everything random in the model (dropout) derives from it.
    /// Modules that draw from Burn's own generator are covered too: the trainer seeds it before every step.
    fn loss(&self, model: &Self::Model, batch: Self::Batch, seed: Seed) -> Tensor<1>;

    /// What the items of the batch count together, `[1]`, on the device of the batch: by it the mean losses of batches that are
    /// accumulated into one step are weighted, so that a step is that of one large batch. `None`, as by default: their number.
    fn weight(&self, _batch: &Self::Batch) -> Option<Tensor<1>> {
        None
    }

    /// Told once before training how long it is, in optimiser steps. Default: nothing happens.
    ///
    /// # Errors
    /// [`TrainError`] for what cannot be planned so.
    fn plan(&mut self, _steps_per_epoch: u64, _steps: u64) -> Result<(), TrainError> {
        Ok(())
    }

    /// Told before every optimiser step which it is, from 0. Default: nothing happens.
    fn set_step(&mut self, _step: u64) {}

    /// Adds the batch to the scores. The model is in evaluation mode, without autodiff.
    ///
    /// A few validation items are scored before the first step, too, to find out whether the metric that is monitored is there.
    fn score(&self, model: &Self::Model, batch: Self::Batch, scores: &mut Scores);
}
