//! Relu of a sum of two branches.

use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, like, units};

/// `relu(a + b)`.
pub(super) fn add_relu(a: CubeTensor, b: CubeTensor) -> CubeTensor {
    let (a, b) = (into_contiguous(a), into_contiguous(b));
    let (y, count) = (like(&a, a.dtype), elements(&a));
    if count > 0 {
        let (cubes, dim) = units(&y, count);
        let out = y.clone().into_buffer_arg();
        sum::launch(&y.client, cubes, dim, a.into_buffer_arg(), b.into_buffer_arg(), out);
    }
    y
}

/// The gradient of both, where relu gave `output`.
pub(super) fn add_relu_backward(gradient: CubeTensor, output: CubeTensor) -> CubeTensor {
    let gradient = into_contiguous(gradient);
    let (dx, count) = (like(&output, output.dtype), elements(&output));
    if count > 0 {
        let (cubes, dim) = units(&dx, count);
        let out = dx.clone().into_buffer_arg();
        through::launch(&dx.client, cubes, dim, gradient.into_buffer_arg(), output.into_buffer_arg(), out);
    }
    dx
}

#[cube(launch)]
fn sum(a: &[f32], b: &[f32], y: &mut [f32]) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let value = a[i] + b[i];
        // NaN stays.
        y[i] = select(value < 0.0f32, 0.0f32, value);
    }
}

#[cube(launch)]
fn through(gradient: &[f32], output: &[f32], dx: &mut [f32]) {
    let i = ABSOLUTE_POS;
    if i < dx.len() {
        dx[i] = select(output[i] > 0.0f32, gradient[i], 0.0f32);
    }
}
