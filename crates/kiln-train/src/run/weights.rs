//! The weights that count: those that are validated, kept and saved.

use burn::module::Module;
use kiln_core::Weights;
use kiln_optim::{Average, Optimizer};

use super::Run;
use crate::Task;

impl<T: Task> Run<'_, T> {
    pub(super) fn weights(&self) -> Weights {
        weights_that_count(self.model(), &self.stepper.optimizer, self.average.as_ref())
    }
}

/// The model in evaluation mode with the weights that count: an average where there is one, else its own.
pub(super) fn model_that_counts<M: Module>(model: &M, optimizer: &Optimizer, average: Option<&Average>) -> M {
    match average.filter(|average| average.counts()) {
        Some(average) => average.apply(model.valid()),
        None => optimizer.averaged(model).map_or_else(|| model.valid(), |averaged| averaged.valid()),
    }
}

pub(super) fn weights_that_count<M: Module>(
    model: &M,
    optimizer: &Optimizer,
    average: Option<&Average>,
) -> Weights {
    Weights::of(&model_that_counts(model, optimizer, average))
}
