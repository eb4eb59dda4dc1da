//! What surrounds the products of linear layers.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::dropout::{factor, halves};
use super::sums::add_parts;
use super::tensors::{elements, empty, units};
use crate::Act;
use crate::cpu::Mask;

/// So many cubes keep a large GPU busy: with fewer, sums over rows are made in slices of this many rows and more.
const ENOUGH_CUBES: usize = 512;
const LEAST_ROWS: usize = 512;
/// Columns and rows that a cube is at once.
const COLUMNS: u32 = 32;
const LANES: u32 = 8;

/// `act(y + bias)`, with some elements dropped.
pub(super) fn biased(y: CubeTensor, bias: CubeTensor, act: Act, mask: Option<Mask>) -> CubeTensor {
    let (y, bias) = (into_contiguous(y), into_contiguous(bias));
    let y = if y.can_mut() { y } else { y.copy() };
    let count = elements(&y);
    if count > 0 {
        let (cubes, dim) = units(&y, count);
        let (out, relu) = (y.clone().into_buffer_arg(), act == Act::Relu);
        let bias = bias.into_buffer_arg();
        match mask {
            None => add_bias::launch(&y.client, cubes, dim, out, bias, 0, 0, 0, 1.0, relu, false),
            Some(mask) => {
                let (low, high) = halves(mask);
                let (threshold, scale) = (mask.threshold(), mask.scale());
                add_bias::launch(&y.client, cubes, dim, out, bias, low, high, threshold, scale, relu, true);
            }
        }
    }
    y
}

/// The gradient before the activation, and its sums over the rows. `output` is what the activation gave, times `scale` where it was
/// not dropped.
pub(super) fn unbiased(
    gradient: CubeTensor,
    output: Option<CubeTensor>,
    scale: f32,
) -> (CubeTensor, CubeTensor) {
    let [rows, columns] = gradient.shape().dims();
    let gradient = into_contiguous(gradient);
    let sums = empty(&gradient, [columns]);
    if columns == 0 {
        return (gradient, sums);
    }
    // Replaced in place, where an activation changes it.
    let gradient = if output.is_none() || gradient.can_mut() { gradient } else { gradient.copy() };
    let across = columns.div_ceil(COLUMNS as usize);
    let slices = (ENOUGH_CUBES / across).min(rows / LEAST_ROWS).max(1);
    let span = rows.div_ceil(slices).max(1);
    let slices = rows.div_ceil(span).max(1);
    let parts = if slices == 1 { sums.clone() } else { empty(&gradient, [slices, columns]) };
    let relu = output.is_some();
    let output = output.map(into_contiguous).into_iter().map(CubeTensor::into_tensor_arg).collect();
    sum_rows::launch(
        &gradient.client,
        CubeCount::Static(across as u32, slices as u32, 1),
        CubeDim::new_2d(COLUMNS, LANES),
        gradient.clone().into_buffer_arg(),
        output,
        parts.clone().into_buffer_arg(),
        rows as u32,
        columns as u32,
        span as u32,
        scale,
        relu,
    );
    if slices > 1 {
        let (cubes, dim) = units(&sums, columns);
        let out = sums.clone().into_buffer_arg();
        add_parts::launch(&gradient.client, cubes, dim, parts.into_buffer_arg(), out, slices as u32);
    }
    (gradient, sums)
}

#[cube(launch)]
fn add_bias(
    y: &mut [f32],
    bias: &[f32],
    seed_low: u32,
    seed_high: u32,
    threshold: u32,
    scale: f32,
    #[comptime] relu: bool,
    #[comptime] drops: bool,
) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let mut sum = y[i] + bias[i % bias.len()];
        if relu {
            // NaN stays.
            sum = select(sum < 0.0f32, 0.0f32, sum);
        }
        if drops {
            sum *= factor(u32::cast_from(i), seed_low, seed_high, threshold, scale);
        }
        y[i] = sum;
    }
}

/// A cube sums 32 columns over the rows of its slice: eight rows at a time, then the eight sums, always in the same order.
#[cube(launch)]
fn sum_rows(
    gradient: &mut [f32],
    output: &Sequence<OwnedTensor<f32>>,
    sums: &mut [f32],
    rows: u32,
    columns: u32,
    span: u32,
    scale: f32,
    #[comptime] relu: bool,
) {
    let columns = columns as usize;
    let column = (CUBE_POS_X * COLUMNS + UNIT_POS_X) as usize;
    let mut lanes = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    if column < columns {
        let mut row = CUBE_POS_Y * span + UNIT_POS_Y;
        let end = select((CUBE_POS_Y + 1u32) * span > rows, rows, (CUBE_POS_Y + 1u32) * span);
        while row < end {
            let at = row as usize * columns + column;
            let mut value = gradient[at];
            if relu {
                value = select(output.index(0)[at] > 0.0f32, value * scale, 0.0f32);
                gradient[at] = value;
            }
            sum += value;
            row += LANES;
        }
    }
    lanes[(UNIT_POS_Y * COLUMNS + UNIT_POS_X) as usize] = sum;
    sync_cube();
    if UNIT_POS_Y == 0u32 && column < columns {
        let mut total = 0.0f32;
        for lane in 0..LANES {
            total += lanes[(lane * COLUMNS + UNIT_POS_X) as usize];
        }
        sums[CUBE_POS_Y as usize * columns + column] = total;
    }
}
