//! What a user writes to train a model of their own: how a batch becomes a loss and how it is scored.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;

use crate::{BatchMetrics, ResumeError, Scores, Shared, TaskState, TrainError};

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

    /// As [`loss`](Self::loss), and may say more of the batch: values that are averaged over the epoch and stand in its record
    /// beside the training loss, such as the accuracy in training. Training calls this method, and by default it is
    /// `loss`. A value under a name that the loop writes (`loss`) takes its place.
    ///
    /// ```
    /// use burn::nn::Linear;
    /// use burn::tensor::Tensor;
    /// use kiln_core::Seed;
    /// use kiln_train::{BatchMetrics, Scores, Task};
    ///
    /// struct Line;
    ///
    /// impl Line {
    ///     fn errors(model: &Linear, [x, y]: [Tensor<2>; 2]) -> Tensor<2> {
    ///         model.forward(x) - y
    ///     }
    /// }
    ///
    /// impl Task for Line {
    ///     type Model = Linear;
    ///     type Batch = [Tensor<2>; 2];
    ///
    ///     fn loss(&self, model: &Linear, batch: Self::Batch, seed: Seed) -> Tensor<1> {
    ///         self.loss_observed(model, batch, seed, &mut BatchMetrics::default())
    ///     }
    ///
    ///     fn loss_observed(&self, model: &Linear, batch: Self::Batch, _: Seed, seen: &mut BatchMetrics) -> Tensor<1> {
    ///         let errors = Self::errors(model, batch);
    ///         seen.add_mean("mae", errors.clone().abs().mean());
    ///         errors.square().mean()
    ///     }
    ///
    ///     fn score(&self, model: &Linear, batch: Self::Batch, scores: &mut Scores) {
    ///         let items = batch[0].dims()[0];
    ///         let mse = Self::errors(model, batch).square().mean().into_scalar::<f32>();
    ///         scores.add_mean("loss", f64::from(mse), items);
    ///     }
    /// }
    /// ```
    fn loss_observed(
        &self,
        model: &Self::Model,
        batch: Self::Batch,
        seed: Seed,
        _seen: &mut BatchMetrics,
    ) -> Tensor<1> {
        self.loss(model, batch, seed)
    }

    /// The loss of one of several optimisers ([`Trainer::optimizer_for`](crate::Trainer::optimizer_for)), as [`Task::loss`]; `None`: it
    /// makes no step on this batch. Default: the loss. It takes the place of [`Task::loss_observed`], too.
    ///
    /// In `model` only the parameters of this optimiser are tracked; the others are constants, so what comes from them
    /// needs no `detach()`. `seed` is the same for all optimisers of a batch: what they draw from it is the same, too. Derive
    /// from it (`seed.at(1)`) what is not to be.
    fn loss_for(
        &self,
        _optimizer: &str,
        model: &Self::Model,
        batch: Self::Batch,
        seed: Seed,
    ) -> Option<Tensor<1>> {
        Some(self.loss(model, batch, seed))
    }

    /// What the items of the batch count together, `[1]`, on the device of the batch: by it the mean losses of batches are
    /// weighted, where they are accumulated into one step, so that it is that of one large batch, and in the training loss of an
    /// epoch. `None`, as by default: their number.
    fn weight(&self, _batch: &Self::Batch) -> Option<Tensor<1>> {
        None
    }

    /// Whether the model takes weights of its linear layers and convolutions in a lower type than f32
    /// ([`TrainConfig::precision`](crate::TrainConfig::precision)), and the loss is f32 whatever they are. The operations of `kiln_kernels` take such
    /// weights, Burn's layers do not. Default: no, and training in such a type is refused.
    fn takes_lower_weights(&self) -> bool {
        false
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

    /// Told before every optimiser step which share of something is on, `[0, 1]`, where the trainer has a schedule of it.
    ///
    /// # Errors
    /// What the task has none of; by default everything, so that a schedule is never passed over.
    fn set_share(&mut self, of: Shared, _share: f64) -> Result<(), TrainError> {
        Err(of.missing())
    }

    /// Told after every optimiser step, with the model as the step left it and the number of steps that are done: the
    /// place for a teacher to follow and for a queue to take in what [`Task::loss`] set aside. What changes here goes into
    /// [`Task::save`]. Default: nothing happens.
    fn after_step(&mut self, _model: &Self::Model, _step: u64) {}

    /// What the task keeps beside the model from step to step, for a checkpoint. Default: nothing.
    fn save(&self) -> Option<TaskState> {
        None
    }

    /// Takes back what [`Task::save`] gave, when a run is resumed. `device` is that of the model, without autodiff.
    ///
    /// # Errors
    /// [`ResumeError::TaskState`] for a state that does not fit. So does the default, for any state.
    fn load(&mut self, _state: &TaskState, _device: &Device) -> Result<(), TrainError> {
        Err(ResumeError::TaskState { reason: "the task of this run keeps none".to_owned() }.into())
    }

    /// The settings of the task, as JSON. A checkpoint keeps them, and a resume with others is an error. Default: `null`,
    /// nothing is compared.
    fn settings(&self) -> serde_json::Value {
        serde_json::Value::Null
    }

    /// Adds the batch to the scores. The model is in evaluation mode, without autodiff.
    ///
    /// A few validation items are scored before the first step, too, to find out whether the metric that is monitored is there.
    fn score(&self, model: &Self::Model, batch: Self::Batch, scores: &mut Scores);

    /// What [`Task::score`] wants of the model for this batch, `[N, K]`, if it is one tensor: then several [ranks](crate::Trainer::ranks) share the validation. Each
    /// computes the outputs of some batches, and the first one scores them all, by [`Task::score_outputs`]. Default: `None`, and the first one does all of it.
    fn outputs(&self, _model: &Self::Model, _batch: &Self::Batch) -> Option<Tensor<2>> {
        None
    }

    /// As [`Task::score`], from what [`Task::outputs`] gave for the batch, maybe on another rank. A task that gives outputs must have it. Default: nothing is scored.
    fn score_outputs(&self, _outputs: Tensor<2>, _batch: Self::Batch, _scores: &mut Scores) {}
}
