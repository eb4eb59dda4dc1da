//! Softmax of rows: 32 units for each, forward and back in one launch each.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::sums::{cubes_of_rows, largest_of_row, row, sum_of_row};
use super::tensors::{elements, like};

fn columns(x: &CubeTensor) -> usize {
    x.shape().iter().last().copied().unwrap_or(1)
}

/// Softmax of `scale · x` over the last dimension.
pub(super) fn softmax(x: CubeTensor, scale: f64) -> CubeTensor {
    let x = into_contiguous(x);
    let (y, columns) = (like(&x, x.dtype), columns(&x));
    let (cubes, dim) = cubes_of_rows(elements(&x) / columns);
    let out = y.clone().into_buffer_arg();
    softmax_of_rows::launch(&y.client, cubes, dim, x.into_buffer_arg(), out, columns as u32, scale as f32);
    y
}

/// The gradient at `x`, of which `y` is the softmax.
pub(super) fn softmax_backward(gradient: CubeTensor, y: CubeTensor, scale: f64) -> CubeTensor {
    let (dx, columns) = (like(&y, y.dtype), columns(&y));
    let (cubes, dim) = cubes_of_rows(elements(&y) / columns);
    let (gradient, out) = (into_contiguous(gradient).into_buffer_arg(), dx.clone().into_buffer_arg());
    let (columns, scale) = (columns as u32, scale as f32);
    softmax_of_rows_backward::launch(
        &dx.client,
        cubes,
        dim,
        gradient,
        y.into_buffer_arg(),
        out,
        columns,
        scale,
    );
    dx
}

#[cube(launch)]
fn softmax_of_rows(x: &[f32], y: &mut [f32], columns: u32, scale: f32) {
    let columns = columns as usize;
    let first = row() * columns;
    // Units behind the last row find nothing, but meet the others.
    let is_there = first < y.len();
    let end = select(is_there, columns, 0usize);
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut largest = x[select(is_there, first, 0usize)] * scale;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        let value = x[first + i] * scale;
        largest = select(value > largest, value, largest);
        i += 32usize;
    }
    let largest = largest_of_row(&mut shared, largest);

    let mut sum = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        let value = (x[first + i] * scale - largest).exp();
        y[first + i] = value;
        sum += value;
        i += 32usize;
    }
    let inverse = 1.0f32 / sum_of_row(&mut shared, sum);

    let mut i = UNIT_POS_X as usize;
    while i < end {
        y[first + i] *= inverse;
        i += 32usize;
    }
}

#[cube(launch)]
fn softmax_of_rows_backward(gradient: &[f32], y: &[f32], dx: &mut [f32], columns: u32, scale: f32) {
    let columns = columns as usize;
    let first = row() * columns;
    let end = select(first < dx.len(), columns, 0usize);
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut sum = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        sum += gradient[first + i] * y[first + i];
        i += 32usize;
    }
    let sum = sum_of_row(&mut shared, sum);

    let mut i = UNIT_POS_X as usize;
    while i < end {
        dx[first + i] = scale * y[first + i] * (gradient[first + i] - sum);
        i += 32usize;
    }
}
