//! Layer normalisation: 32 units for each row. Forward in one launch; back in two, and a third where there are many rows.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::sums::{add_slices, cubes_of_rows, row, sum_of_row};
use super::tensors::{elements, empty, like, units};
use crate::Act;

/// So many cubes keep a large GPU busy: with fewer, sums over rows are made in slices of this many rows and more.
const ENOUGH_CUBES: usize = 512;
const LEAST_ROWS: usize = 128;

/// What the rows were normalised with: `x` row-major, mean and `1 / √(variance + ε)` of each row.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    x: CubeTensor,
    mean: CubeTensor,
    inverse: CubeTensor,
}

/// Whether there is anything to normalise, and no more than is counted in 32 bits.
pub(crate) fn fits_rows(dims: &[usize]) -> bool {
    u32::try_from(dims.iter().product::<usize>()).is_ok_and(|elements| elements > 0)
}

/// The output, and what it was made with.
pub(super) fn forward(
    x: CubeTensor,
    gamma: CubeTensor,
    beta: CubeTensor,
    epsilon: f64,
    act: Act,
) -> (CubeTensor, Rows) {
    let x = into_contiguous(x);
    let rows = elements(&x) / gamma.shape()[0];
    let (y, mean, inverse) = (like(&x, x.dtype), empty(&x, [rows]), empty(&x, [rows]));
    let (cubes, dim) = cubes_of_rows(rows);
    normalise_rows::launch(
        &x.client,
        cubes,
        dim,
        x.clone().into_buffer_arg(),
        into_contiguous(gamma).into_buffer_arg(),
        into_contiguous(beta).into_buffer_arg(),
        y.clone().into_buffer_arg(),
        mean.clone().into_buffer_arg(),
        inverse.clone().into_buffer_arg(),
        epsilon as f32,
        act == Act::Relu,
    );
    (y, Rows { x, mean, inverse })
}

/// The gradients of input, scale and shift. `output` is there where relu followed.
pub(super) fn backward(
    gradient: CubeTensor,
    made: Rows,
    gamma: CubeTensor,
    output: Option<CubeTensor>,
) -> [CubeTensor; 3] {
    let Rows { x, mean, inverse } = made;
    let (gradient, columns) = (into_contiguous(gradient), gamma.shape()[0]);
    let (rows, relu) = (elements(&x) / columns, output.is_some());
    let output = || output.clone().into_iter().map(CubeTensor::into_tensor_arg).collect();
    let dx = like(&x, x.dtype);
    let (cubes, dim) = cubes_of_rows(rows);
    normalise_rows_backward::launch(
        &dx.client,
        cubes,
        dim,
        x.clone().into_buffer_arg(),
        gradient.clone().into_buffer_arg(),
        output(),
        mean.clone().into_buffer_arg(),
        inverse.clone().into_buffer_arg(),
        into_contiguous(gamma).into_buffer_arg(),
        dx.clone().into_buffer_arg(),
        relu,
    );

    let (dgamma, dbeta) = (empty(&dx, [columns]), empty(&dx, [columns]));
    let across = columns.div_ceil(32);
    let slices = (ENOUGH_CUBES / across).min(rows / LEAST_ROWS).max(1);
    let span = rows.div_ceil(slices);
    let slices = rows.div_ceil(span);
    let (parts, other_parts) = match slices {
        1 => (dgamma.clone(), dbeta.clone()),
        _ => (empty(&dx, [slices, columns]), empty(&dx, [slices, columns])),
    };
    sum_columns::launch(
        &dx.client,
        CubeCount::Static(across as u32, slices as u32, 1),
        CubeDim::new_2d(32, 8),
        x.into_buffer_arg(),
        gradient.into_buffer_arg(),
        output(),
        mean.into_buffer_arg(),
        inverse.into_buffer_arg(),
        parts.clone().into_buffer_arg(),
        other_parts.clone().into_buffer_arg(),
        columns as u32,
        span as u32,
        relu,
    );
    if slices > 1 {
        let (cubes, dim) = units(&dgamma, 2 * columns);
        add_slices::launch(
            &dx.client,
            cubes,
            dim,
            parts.into_buffer_arg(),
            other_parts.into_buffer_arg(),
            dgamma.clone().into_buffer_arg(),
            dbeta.clone().into_buffer_arg(),
            slices as u32,
        );
    }
    [dx, dgamma, dbeta]
}

#[cube(launch)]
fn normalise_rows(
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    y: &mut [f32],
    mean: &mut [f32],
    inverse: &mut [f32],
    epsilon: f32,
    #[comptime] relu: bool,
) {
    let columns = gamma.len();
    let row = row();
    let first = row * columns;
    // Units behind the last row add nothing, but meet the others.
    let end = select(row < mean.len(), columns, 0usize);
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut sum = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        sum += x[first + i];
        i += 32usize;
    }
    let middle = sum_of_row(&mut shared, sum) / f32::cast_from(columns);

    let mut squares = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        let value = x[first + i] - middle;
        squares += value * value;
        i += 32usize;
    }
    let variance = sum_of_row(&mut shared, squares) / f32::cast_from(columns);
    let scale = 1.0f32 / (variance + epsilon).sqrt();

    if UNIT_POS_X == 0u32 && row < mean.len() {
        mean[row] = middle;
        inverse[row] = scale;
    }
    let mut i = UNIT_POS_X as usize;
    while i < end {
        let mut value = (x[first + i] - middle) * scale * gamma[i] + beta[i];
        if relu {
            // NaN stays.
            value = select(value < 0.0f32, 0.0f32, value);
        }
        y[first + i] = value;
        i += 32usize;
    }
}

/// The gradient at the element, where relu let it through.
#[cube]
fn through(gradient: &[f32], output: &Sequence<OwnedTensor<f32>>, at: usize, #[comptime] relu: bool) -> f32 {
    let mut value = gradient[at];
    if relu {
        value = select(output.index(0)[at] > 0.0f32, value, 0.0f32);
    }
    value
}

#[cube(launch)]
fn normalise_rows_backward(
    x: &[f32],
    gradient: &[f32],
    output: &Sequence<OwnedTensor<f32>>,
    mean: &[f32],
    inverse: &[f32],
    gamma: &[f32],
    dx: &mut [f32],
    #[comptime] relu: bool,
) {
    let columns = gamma.len();
    let row = row();
    let first = row * columns;
    let is_there = row < mean.len();
    let end = select(is_there, columns, 0usize);
    let own = select(is_there, row, 0usize);
    let middle = mean[own];
    let scale = inverse[own];
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut sum = 0.0f32;
    let mut along = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < end {
        let value = through(gradient, output, first + i, relu) * gamma[i];
        sum += value;
        along += value * (x[first + i] - middle) * scale;
        i += 32usize;
    }
    let mean_sum = sum_of_row(&mut shared, sum) / f32::cast_from(columns);
    let mean_along = sum_of_row(&mut shared, along) / f32::cast_from(columns);

    let mut i = UNIT_POS_X as usize;
    while i < end {
        let value = through(gradient, output, first + i, relu) * gamma[i];
        dx[first + i] = scale * (value - mean_sum - (x[first + i] - middle) * scale * mean_along);
        i += 32usize;
    }
}

/// A cube sums 32 columns over the rows of its slice: eight rows at a time, then the eight sums.
#[cube(launch)]
fn sum_columns(
    x: &[f32],
    gradient: &[f32],
    output: &Sequence<OwnedTensor<f32>>,
    mean: &[f32],
    inverse: &[f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
    columns: u32,
    span: u32,
    #[comptime] relu: bool,
) {
    let rows = mean.len();
    let columns = columns as usize;
    let column = (CUBE_POS_X * 32u32 + UNIT_POS_X) as usize;
    let unit = UNIT_POS as usize;
    let slice = CUBE_POS_Y as usize;
    let mut sums = Shared::<[f32]>::new_slice(256usize);
    let mut sums_along = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    let mut along = 0.0f32;
    if column < columns {
        let mut row = slice * span as usize + UNIT_POS_Y as usize;
        let end = select((slice + 1) * span as usize > rows, rows, (slice + 1) * span as usize);
        while row < end {
            let at = row * columns + column;
            let value = through(gradient, output, at, relu);
            sum += value;
            along += value * (x[at] - mean[row]) * inverse[row];
            row += 8usize;
        }
    }
    sums[unit] = sum;
    sums_along[unit] = along;
    sync_cube();
    if UNIT_POS_Y == 0u32 && column < columns {
        let mut total = 0.0f32;
        let mut total_along = 0.0f32;
        for lane in 0..8u32 {
            total += sums[(lane * 32u32 + UNIT_POS_X) as usize];
            total_along += sums_along[(lane * 32u32 + UNIT_POS_X) as usize];
        }
        dbeta[slice * columns + column] = total;
        dgamma[slice * columns + column] = total_along;
    }
}
