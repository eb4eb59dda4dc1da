//! Softmax cross-entropy: the losses and their gradients in one launch.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, empty, like, units};

/// A unit goes through all classes of a row: with more of them Burn's operations are left to do it.
pub(crate) const MOST_CLASSES: usize = 256;

/// The loss of each row, and its gradient at the logits.
pub(super) fn cross_entropy(
    logits: CubeTensor,
    labels: CubeTensor,
    smoothing: f64,
) -> (CubeTensor, CubeTensor) {
    let [rows, classes] = logits.shape().dims();
    let (logits, labels) = (into_contiguous(logits), into_contiguous(labels));
    let (losses, gradient) = (empty(&logits, [rows]), empty(&logits, [rows, classes]));
    if rows > 0 {
        let (cubes, dim) = units(&logits, rows);
        log_softmax_of_label::launch(
            &logits.client,
            cubes,
            dim,
            logits.clone().into_buffer_arg(),
            labels.into_buffer_arg(),
            losses.clone().into_buffer_arg(),
            gradient.clone().into_buffer_arg(),
            classes as u32,
            smoothing as f32,
        );
    }
    (losses, gradient)
}

/// Each row of `gradient` times the gradient of its loss.
pub(super) fn scaled(gradient: CubeTensor, of_losses: CubeTensor) -> CubeTensor {
    let (y, count) = (like(&gradient, gradient.dtype), elements(&gradient));
    if count > 0 {
        let (cubes, dim) = units(&y, count);
        let (out, of_losses) = (y.clone().into_tensor_arg(), of_losses.into_tensor_arg());
        scale_rows::launch(&y.client, cubes, dim, gradient.into_buffer_arg(), of_losses, out);
    }
    y
}

#[cube(launch)]
fn log_softmax_of_label(
    logits: &[f32],
    labels: &[i32],
    losses: &mut [f32],
    gradient: &mut [f32],
    classes: u32,
    smoothing: f32,
) {
    let row = ABSOLUTE_POS;
    if row < losses.len() {
        let first = row * classes as usize;
        let mut largest = logits[first];
        for j in 1..classes {
            let x = logits[first + j as usize];
            largest = select(x > largest, x, largest);
        }
        let mut sum = 0.0f32;
        let mut all = 0.0f32;
        for j in 0..classes {
            let x = logits[first + j as usize] - largest;
            sum += x.exp();
            all += x;
        }
        let log_sum = sum.ln();
        let share = smoothing / f32::cast_from(classes);
        let label = labels[row];
        let mut own = 0.0f32;
        for j in 0..classes {
            let x = logits[first + j as usize] - largest;
            let is_label = j == u32::cast_from(label);
            own += select(is_label, x, 0.0f32);
            let target = select(is_label, 1.0f32 - smoothing, 0.0f32) + share;
            gradient[first + j as usize] = (x - log_sum).exp() - target;
        }
        losses[row] = log_sum - (1.0f32 - smoothing) * own - share * all;
    }
}

#[cube(launch)]
fn scale_rows(gradient: &[f32], of_losses: &Tensor<f32>, y: &mut Tensor<f32>) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        // Of a mean all rows have the same one, which is in memory once.
        y[i] = gradient[i] * of_losses[i / y.stride(0) * of_losses.stride(0)];
    }
}
