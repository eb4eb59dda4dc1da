//! Batch normalisation.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{Dense, contiguous, garbage, like, tensor};
use crate::Act;
use crate::cpu::{self, Norm, Statistics};

/// Rows of channels: a table as it is, images channels-last.
fn rows(x: &FlexTensor) -> (FlexTensor, usize) {
    let channels = x.shape()[1];
    let x = if x.shape().num_dims() == 4 { Dense::new(x).channels_last().tensor } else { contiguous(x) };
    (x, channels)
}

/// Output, mean and biased variance.
pub(crate) fn batch_norm(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    epsilon: f64,
    act: Act,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let ((x, c), gamma, beta) = (rows(x), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut mean, mut variance, mut y) = (garbage(c), garbage(c), garbage(values.len()));
    cpu::batch_norm_stats(values, &mut mean, &mut variance);
    let (gamma, beta) = (gamma.storage(), beta.storage());
    cpu::batch_norm(values, Norm { mean: &mean, var: &variance, eps: epsilon, gamma, beta }, act, &mut y);
    (like(&x, y), tensor(mean, [c]), tensor(variance, [c]))
}

/// Gradients of input, scale and shift.
pub(crate) fn batch_norm_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    [mean, variance]: [&FlexTensor; 2],
    epsilon: f64,
    act: Act,
    gradient: &FlexTensor,
) -> [FlexTensor; 3] {
    let ((x, c), (gradient, _), gamma, beta) = (rows(x), rows(gradient), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut dx, mut dgamma, mut dbeta) = (garbage(values.len()), garbage(c), garbage(c));
    let (gamma, beta) = (gamma.storage(), beta.storage());
    let norm = Norm { mean: mean.storage(), var: variance.storage(), eps: epsilon, gamma, beta };
    let (g, statistics) = (gradient.storage(), Statistics::Batch);
    cpu::batch_norm_grad(values, g, norm, act, statistics, &mut dx, &mut dgamma, &mut dbeta);
    [like(&x, dx), tensor(dgamma, [c]), tensor(dbeta, [c])]
}
