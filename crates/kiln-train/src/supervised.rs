//! The task for kiln's own batches: inputs, targets, a loss, and the usual metrics.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_data::preprocess::Fitted;
use kiln_data::{Batch, Inputs, Targets};
use kiln_objective::Loss;

use crate::{Scores, Task};

/// A model's forward pass: inputs, and a seed in training (`None` in evaluation), to raw outputs `[N, outputs]`.
pub type Forward<M> = fn(&M, Inputs, Option<Seed>) -> Tensor<2>;

/// Supervised learning with a model that maps [`Inputs`] to raw outputs.
///
/// Scores `loss`; for classes accuracy, top-5 accuracy (with more than 5 classes), macro F1 and log-loss; for numbers
/// MSE, MAE and R², in the units of the data.
#[derive(Clone)]
pub struct Supervised<M> {
    forward: Forward<M>,
    loss: Loss,
    fitted: Arc<Fitted>,
}

impl<M> Supervised<M> {
    /// A task with a loss and the preprocessing that the batches went through.
    pub fn new(forward: Forward<M>, loss: Loss, fitted: Arc<Fitted>) -> Self {
        Self { forward, loss, fitted }
    }

    /// Predictions in the units of the data: raw outputs (logits) for classes, unscaled numbers for regression.
    /// Row-major, `[N, predictions]` ([`Loss::predictions`]).
    pub fn predict(&self, model: &M, inputs: Inputs) -> Vec<f32> {
        let mut outputs = to_host(self.loss.predict((self.forward)(model, inputs, None)));
        self.fitted.unscale(&mut outputs);
        outputs
    }
}

impl<M> std::fmt::Debug for Supervised<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Supervised").field("loss", &self.loss).finish_non_exhaustive()
    }
}

impl<M: Module> Task for Supervised<M> {
    type Model = M;
    type Batch = Batch;

    fn loss(&self, model: &M, batch: Batch, seed: Seed) -> Tensor<1> {
        self.loss.forward((self.forward)(model, batch.inputs, Some(seed)), &batch.targets)
    }

    fn score(&self, model: &M, batch: Batch, scores: &mut Scores) {
        let items = batch.len();
        let outputs = (self.forward)(model, batch.inputs, None);
        let loss = self.loss.forward(outputs.clone(), &batch.targets);
        scores.add_mean("loss", f64::from(to_host(loss)[0]), items);
        let outputs = self.loss.predict(outputs);
        let width = outputs.dims()[1];
        let mut outputs = to_host(outputs);
        match batch.targets {
            Targets::Classes(labels) => {
                let labels: Vec<u32> = labels.into_data().iter::<i64>().map(|label| label as u32).collect();
                scores.add_classes(&outputs, &labels, width.max(2));
            }
            Targets::Values(values) => {
                let mut values = to_host(values);
                self.fitted.unscale(&mut outputs);
                self.fitted.unscale(&mut values);
                scores.add_values(&outputs, &values, width);
            }
        }
    }
}

fn to_host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
