//! Batch normalisation.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::{Dense, contiguous, garbage, like, tensor};
use crate::cpu::{self, Norm, NormAct, Statistics};

/// Rows of channels: a table as it is, images channels-last.
pub(super) fn rows(x: &FlexTensor) -> (FlexTensor, usize) {
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
    act: NormAct,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let ((x, c), gamma, beta) = (rows(x), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut mean, mut variance, mut y) = (garbage(c), garbage(c), garbage(values.len()));
    cpu::batch_norm_stats(values, &mut mean, &mut variance);
    let (gamma, beta) = (gamma.storage(), beta.storage());
    cpu::batch_norm(values, Norm { mean: &mean, var: &variance, eps: epsilon, gamma, beta }, act, &mut y);
    (like(&x, y), tensor(mean, [c]), tensor(variance, [c]))
}

/// Gradients of input, scale and shift. That of the input takes the memory of `gradient`, where nothing else holds it.
pub(crate) fn batch_norm_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    [mean, variance]: [&FlexTensor; 2],
    epsilon: f64,
    act: NormAct,
    gradient: FlexTensor,
) -> [FlexTensor; 3] {
    let ((x, c), gamma, beta) = (rows(x), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut dgamma, mut dbeta) = (garbage(c), garbage(c));
    let (scale, shift) = (gamma.storage(), beta.storage());
    let norm =
        Norm { mean: mean.storage(), var: variance.storage(), eps: epsilon, gamma: scale, beta: shift };
    let statistics = Statistics::Batch;
    // In place of what came in, which would share its memory.
    let mut gradient = {
        let (rows, _) = rows(&gradient);
        drop(gradient);
        rows
    };
    let dx = if let Some(g) = gradient.try_storage_mut() {
        cpu::batch_norm_grad_in_place(values, g, norm, act, statistics, &mut dgamma, &mut dbeta);
        gradient
    } else {
        let (g, mut dx) = (gradient.storage(), garbage(values.len()));
        cpu::batch_norm_grad(values, g, norm, act, statistics, &mut dx, &mut dgamma, &mut dbeta);
        like(&x, dx)
    };
    [dx, tensor(dgamma, [c]), tensor(dbeta, [c])]
}
