//! Updates on a GPU: a kernel of the formula, launched at once or together with those of other parameters.

use burn::tensor::Tensor;
use kiln_kernels::formula::{self, Update};

use super::Gradient;
use super::formula::Formula;
use super::symbol::record;

/// Whether a GPU can make the update.
pub(super) fn is_possible<const S: usize>(
    weight: &Tensor<1>,
    gradient: &Tensor<1>,
    kept: &[Tensor<1>; S],
) -> bool {
    let tensors: Vec<&Tensor<1>> = [weight, gradient].into_iter().chain(kept).collect();
    tensors.iter().all(|tensor| tensor.dims() == weight.dims()) && formula::runs_on(&tensors)
}

/// Replaces each weight and its kept values by what the formula makes of them.
pub(super) fn update<const S: usize>(
    weight: Tensor<1>,
    gradient: Gradient,
    kept: [Tensor<1>; S],
    formula: impl Formula<S>,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    let (program, constants) = record(formula);
    let weight = formula::own(weight);
    let kept: Vec<Tensor<1>> = kept.into_iter().map(formula::own).collect();
    let Gradient { values, factor, queue, .. } = gradient;
    let (gradient, own) = (values, kept.clone());
    let update = Update { program, constants, weight: weight.clone(), gradient, factor, kept: own };
    match queue {
        Some(queue) => queue.push(update),
        None => formula::update(vec![update]),
    }
    (weight, kept)
}
