//! A formula, executed: in one pass over memory where the tensors are plain memory, by a kernel on GPUs, by operations on tensors
//! elsewhere.

use burn::tensor::Tensor;

use super::elastic::{Penalized, Proximal, StepSized};
use super::formula::Formula;
use super::{Elastic, Gradient, host, launched};

/// Applies a formula to every element. Where nothing is kept yet, the kept values are zero.
pub(crate) fn run<const S: usize>(
    formula: impl Formula<S>,
    weight: Tensor<1>,
    gradient: impl Into<Gradient>,
    kept: Vec<Tensor<1>>,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    let gradient = gradient.into();
    if gradient.penalty.is_none() {
        return apply(formula, weight, gradient, kept);
    }
    if gradient.factor.is_some() {
        // What is clipped is the sum.
        let queue = gradient.queue.clone();
        let gradient = Gradient { queue, ..gradient.tensor(&weight).into() };
        return apply(formula, weight, gradient, kept);
    }
    apply(Penalized(formula, gradient.penalty), weight, gradient, kept)
}

/// As [`run`], and the proximal step of a penalty after it.
pub(crate) fn run_proximal<const S: usize>(
    formula: impl StepSized<S>,
    weight: Tensor<1>,
    gradient: Gradient,
    kept: Vec<Tensor<1>>,
    prox: Elastic,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    if prox.is_none() {
        run(formula, weight, gradient, kept)
    } else {
        run(Proximal(formula, prox), weight, gradient, kept)
    }
}

fn apply<const S: usize>(
    formula: impl Formula<S>,
    weight: Tensor<1>,
    gradient: Gradient,
    mut kept: Vec<Tensor<1>>,
) -> (Tensor<1>, Vec<Tensor<1>>) {
    if kept.is_empty() {
        kept = (0..S).map(|_| weight.zeros_like()).collect();
    }
    let kept: [Tensor<1>; S] = kept.try_into().expect("a rule keeps as many tensors as it has slots");
    if host::is_plain(&weight, &gradient.values, &kept) {
        host::update(weight, gradient, kept, formula)
    } else if cfg!(feature = "wgpu") && launched::is_possible(&weight, &gradient.values, &kept) {
        launched::update(weight, gradient, kept, formula)
    } else {
        let gradient = gradient.scaled();
        let (weight, kept) = formula.apply(weight, gradient, kept);
        (weight, kept.into())
    }
}
