//! A model at a batch, as penalties on what it does there see it.

use burn::tensor::Tensor;
use kiln_data::{Batch, Inputs};
use kiln_objective::{BatchView, Loss};

use super::heads::{self, full};

/// A model at a batch.
pub(super) struct AtBatch<'a> {
    /// The outputs of all heads.
    pub(super) pass: &'a dyn Fn(Inputs) -> Tensor<2>,
    pub(super) loss: &'a Loss,
    pub(super) batch: &'a Batch,
}

impl AtBatch<'_> {
    fn all(&self, inputs: Tensor<2>) -> Tensor<2> {
        // `plan` refuses inputs that are not numbers.
        let inputs = self.batch.inputs.unflat(inputs).unwrap_or_else(|| self.batch.inputs.clone());
        full((self.pass)(inputs))
    }
}

impl BatchView for AtBatch<'_> {
    fn outputs(&self, inputs: Tensor<2>) -> Tensor<2> {
        heads::mean(self.all(inputs), self.batch.inputs.len())
    }

    fn loss(&self, inputs: Tensor<2>) -> Tensor<1> {
        heads::loss(self.loss, self.all(inputs), self.batch)
    }

    fn inputs(&self) -> Tensor<2> {
        self.batch.inputs.clone().flat()
    }
}
