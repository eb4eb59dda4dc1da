//! A model for burn-train as a task of kiln.

use std::fmt;
use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Tensor;
use burn::train::InferenceStep;
use kiln_core::Seed;
use kiln_train::{Scores, Task};

use crate::output::StepOutput;

/// From a model and a batch to an output.
type Step<M, B, O> = dyn Fn(&M, B) -> O + Send + Sync;

/// A model for burn-train as a task of kiln: the model, its batches and its outputs stay as they are.
///
/// A step is a function from a batch to an output. A model that implements `InferenceStep` has one ([`StepTask::of_model`]).
/// Training takes it, too, because the output holds the loss, and kiln goes backward itself: `TrainStep` is not asked.
pub struct StepTask<M, B, O> {
    step: Arc<Step<M, B, O>>,
}

impl<M, B, O> StepTask<M, B, O> {
    /// A step of one's own: `|model: &Model, batch| model.forward_classification(batch.images, batch.targets)`.
    pub fn new(step: impl Fn(&M, B) -> O + Send + Sync + 'static) -> Self {
        Self { step: Arc::new(step) }
    }
}

impl<M: InferenceStep + 'static> StepTask<M, M::Input, M::Output> {
    /// The step of the model.
    pub fn of_model() -> Self {
        Self::new(InferenceStep::step)
    }
}

impl<M, B, O> Task for StepTask<M, B, O>
where
    M: Module,
    B: Clone + Send + 'static,
    O: StepOutput,
{
    type Model = M;
    type Batch = B;

    fn loss(&self, model: &M, batch: B, _: Seed) -> Tensor<1> {
        (self.step)(model, batch).loss().mean()
    }

    fn score(&self, model: &M, batch: B, scores: &mut Scores) {
        (self.step)(model, batch).score(scores);
    }
}

// By hand, because derives would ask for the same of the model and the batch.
impl<M, B, O> Clone for StepTask<M, B, O> {
    fn clone(&self) -> Self {
        Self { step: Arc::clone(&self.step) }
    }
}

impl<M, B, O> fmt::Debug for StepTask<M, B, O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StepTask").finish_non_exhaustive()
    }
}
