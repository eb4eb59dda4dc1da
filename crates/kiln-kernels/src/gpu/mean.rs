//! The mean of a few numbers, such as the losses of a batch.

use burn::backend::wgpu::CubeTensor;
use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, empty, units};

/// The most numbers that one cube adds up; with more, Burn's reduction is left to do it.
pub(crate) const MOST_NUMBERS: usize = 1 << 16;
const UNITS: u32 = 256;

pub(super) fn mean(x: CubeTensor) -> CubeTensor {
    let x = into_contiguous(x);
    let (y, count) = (empty(&x, [1]), elements(&x));
    mean_of_all::launch(
        &x.client,
        CubeCount::Static(1, 1, 1),
        CubeDim::new_1d(UNITS),
        x.clone().into_buffer_arg(),
        y.clone().into_buffer_arg(),
        1.0 / count as f32,
    );
    y
}

/// The gradient of numbers of this shape, of which the mean was taken.
pub(super) fn mean_backward(gradient: CubeTensor, shape: Shape) -> CubeTensor {
    let count = shape.num_elements();
    let handle = gradient.client.empty(count * gradient.dtype.size());
    let (client, device, dtype) = (gradient.client.clone(), gradient.device.clone(), gradient.dtype);
    let y = CubeTensor::new_contiguous(client, device, shape, handle, dtype);
    let (cubes, dim) = units(&y, count);
    let out = y.clone().into_buffer_arg();
    share::launch(&y.client, cubes, dim, gradient.into_buffer_arg(), out, 1.0 / count as f32);
    y
}

#[cube(launch)]
fn share(gradient: &[f32], y: &mut [f32], share: f32) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        y[i] = gradient[0usize] * share;
    }
}

/// Each unit adds every 256th number, the first one the sums of all, always in the same order.
#[cube(launch)]
fn mean_of_all(x: &[f32], y: &mut [f32], share: f32) {
    let mut sums = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    let mut i = UNIT_POS_X as usize;
    while i < x.len() {
        sum += x[i];
        i += 256usize;
    }
    sums[UNIT_POS_X as usize] = sum;
    sync_cube();
    if UNIT_POS_X == 0u32 {
        let mut total = 0.0f32;
        for unit in 0..UNITS {
            total += sums[unit as usize];
        }
        y[0] = total * share;
    }
}
