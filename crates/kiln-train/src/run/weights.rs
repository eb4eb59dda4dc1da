//! The weights that count: those that are validated, kept and saved.

use burn::module::Module;
use kiln_core::Weights;
use kiln_optim::Average;

use super::Run;
use super::part::Part;
use crate::Task;

impl<T: Task> Run<'_, T> {
    pub(super) fn weights(&self) -> Weights {
        weights_that_count(self.model(), &self.parts, self.average.as_ref())
    }
}

/// The model in evaluation mode with the weights that count: an average where there is one, else its own.
pub(super) fn model_that_counts<M: Module>(model: &M, parts: &[Part], average: Option<&Average>) -> M {
    if let Some(average) = average.filter(|average| average.counts()) {
        return average.apply(model.valid());
    }
    let averaged = parts.iter().fold(None, |so_far: Option<M>, part| {
        part.stepper.optimizer.averaged(so_far.as_ref().unwrap_or(model)).or(so_far)
    });
    averaged.map_or_else(|| model.valid(), |averaged| averaged.valid())
}

pub(super) fn weights_that_count<M: Module>(model: &M, parts: &[Part], average: Option<&Average>) -> Weights {
    Weights::of(&model_that_counts(model, parts, average))
}
