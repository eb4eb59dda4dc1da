//! Layer normalisation.

use burn::backend::flex::FlexTensor;

use super::{contiguous, garbage, like, tensor};
use crate::cpu;

/// Output, and mean and `1 / √(variance + epsilon)` of each row.
pub(crate) fn layer_norm(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    epsilon: f64,
) -> (FlexTensor, [FlexTensor; 2]) {
    let (x, gamma, beta) = (contiguous(x), contiguous(gamma), contiguous(beta));
    let (values, gamma): (&[f32], &[f32]) = (x.storage(), gamma.storage());
    let rows = values.len() / gamma.len();
    let (mut y, mut mean, mut inverse) = (garbage(values.len()), garbage(rows), garbage(rows));
    cpu::layer_norm(values, gamma, beta.storage(), epsilon, &mut y, &mut mean, &mut inverse);
    (like(&x, y), [tensor(mean, [rows]), tensor(inverse, [rows])])
}

/// Gradients of input, scale and shift.
pub(crate) fn layer_norm_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    [mean, inverse]: [&FlexTensor; 2],
    gradient: &FlexTensor,
) -> [FlexTensor; 3] {
    let (x, gamma, gradient) = (contiguous(x), contiguous(gamma), contiguous(gradient));
    let (values, gamma): (&[f32], &[f32]) = (x.storage(), gamma.storage());
    let columns = gamma.len();
    let (mut dx, mut dgamma, mut dbeta) = (garbage(values.len()), garbage(columns), garbage(columns));
    cpu::layer_norm_grad(
        values,
        gradient.storage(),
        gamma,
        mean.storage(),
        inverse.storage(),
        &mut dx,
        &mut dgamma,
        &mut dbeta,
    );
    [like(&x, dx), tensor(dgamma, [columns]), tensor(dbeta, [columns])]
}
