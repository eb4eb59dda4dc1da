//! Batch normalisation in training: a cube for each channel, forward and back in one launch each.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn::tensor::Shape;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::sums::{UNITS, sum_of_cube};
use super::tensors::{empty, like};
use crate::Act;

/// What a batch is normalised with: `x` row-major, mean and biased variance of each channel.
#[derive(Debug, Clone)]
pub(super) struct Normalised {
    pub(super) x: CubeTensor,
    pub(super) mean: CubeTensor,
    pub(super) variance: CubeTensor,
}

/// Elements of a channel of an item.
fn plane(shape: &Shape) -> usize {
    shape.iter().skip(2).product()
}

fn cubes(channels: usize) -> (CubeCount, CubeDim) {
    (CubeCount::Static(channels as u32, 1, 1), CubeDim::new_1d(UNITS as u32))
}

/// The output, and what it was made with.
pub(super) fn forward(
    x: CubeTensor,
    gamma: CubeTensor,
    beta: CubeTensor,
    epsilon: f64,
    act: Act,
) -> (CubeTensor, Normalised) {
    let x = into_contiguous(x);
    let (shape, channels) = (x.shape(), x.shape()[1]);
    let (y, mean, variance) = (like(&x, x.dtype), empty(&x, [channels]), empty(&x, [channels]));
    let (count, dim) = cubes(channels);
    normalise::launch(
        &x.client,
        count,
        dim,
        x.clone().into_buffer_arg(),
        into_contiguous(gamma).into_buffer_arg(),
        into_contiguous(beta).into_buffer_arg(),
        y.clone().into_buffer_arg(),
        mean.clone().into_buffer_arg(),
        variance.clone().into_buffer_arg(),
        plane(&shape) as u32,
        epsilon as f32,
        act == Act::Relu,
    );
    (y, Normalised { x, mean, variance })
}

/// The gradients of input, scale and shift. `output` is there where relu followed.
pub(super) fn backward(
    gradient: CubeTensor,
    normalised: Normalised,
    gamma: CubeTensor,
    output: Option<CubeTensor>,
    epsilon: f64,
) -> [CubeTensor; 3] {
    let Normalised { x, mean, variance } = normalised;
    let (shape, channels) = (x.shape(), x.shape()[1]);
    let (dx, dgamma, dbeta) = (like(&x, x.dtype), empty(&x, [channels]), empty(&x, [channels]));
    let (count, dim) = cubes(channels);
    let relu = output.is_some();
    normalise_backward::launch(
        &dx.client,
        count,
        dim,
        x.into_buffer_arg(),
        into_contiguous(gradient).into_buffer_arg(),
        output.into_iter().map(CubeTensor::into_tensor_arg).collect(),
        mean.into_buffer_arg(),
        variance.into_buffer_arg(),
        into_contiguous(gamma).into_buffer_arg(),
        dx.clone().into_buffer_arg(),
        dgamma.clone().into_buffer_arg(),
        dbeta.clone().into_buffer_arg(),
        plane(&shape) as u32,
        epsilon as f32,
        relu,
    );
    [dx, dgamma, dbeta]
}

/// Whether there is anything to normalise, and no more channels than a launch has cubes.
pub(crate) fn fits(dims: &[usize]) -> bool {
    // Elements are counted in 32 bits.
    let fit = u32::try_from(dims.iter().product::<usize>()).is_ok_and(|elements| elements > 0);
    fit && dims[1] <= 65_535
}

#[cube(launch)]
fn normalise(
    x: &[f32],
    gamma: &[f32],
    beta: &[f32],
    y: &mut [f32],
    mean: &mut [f32],
    variance: &mut [f32],
    plane: u32,
    epsilon: f32,
    #[comptime] relu: bool,
) {
    let channels = gamma.len();
    let channel = CUBE_POS_X as usize;
    let plane = plane as usize;
    let count = x.len() / channels;
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut sum = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < count {
        sum += x[(i / plane * channels + channel) * plane + i % plane];
        i += UNITS;
    }
    let middle = sum_of_cube(&mut shared, sum) / f32::cast_from(count);

    let mut squares = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < count {
        let value = x[(i / plane * channels + channel) * plane + i % plane] - middle;
        squares += value * value;
        i += UNITS;
    }
    let spread = sum_of_cube(&mut shared, squares) / f32::cast_from(count);

    if UNIT_POS == 0u32 {
        mean[channel] = middle;
        variance[channel] = spread;
    }
    let scale = gamma[channel] / (spread + epsilon).sqrt();
    let shift = beta[channel];
    let mut i = UNIT_POS as usize;
    while i < count {
        let at = (i / plane * channels + channel) * plane + i % plane;
        let mut value = (x[at] - middle) * scale + shift;
        if relu {
            // NaN stays.
            value = select(value < 0.0f32, 0.0f32, value);
        }
        y[at] = value;
        i += UNITS;
    }
}

#[cube(launch)]
fn normalise_backward(
    x: &[f32],
    gradient: &[f32],
    output: &Sequence<OwnedTensor<f32>>,
    mean: &[f32],
    variance: &[f32],
    gamma: &[f32],
    dx: &mut [f32],
    dgamma: &mut [f32],
    dbeta: &mut [f32],
    plane: u32,
    epsilon: f32,
    #[comptime] relu: bool,
) {
    let channels = gamma.len();
    let channel = CUBE_POS_X as usize;
    let plane = plane as usize;
    let count = x.len() / channels;
    let middle = mean[channel];
    let inverse = 1.0f32 / (variance[channel] + epsilon).sqrt();
    let mut shared = Shared::<[f32]>::new_slice(256usize);

    let mut sum = 0.0f32;
    let mut along = 0.0f32;
    let mut i = UNIT_POS as usize;
    while i < count {
        let at = (i / plane * channels + channel) * plane + i % plane;
        let mut value = gradient[at];
        if relu {
            value = select(output.index(0)[at] > 0.0f32, value, 0.0f32);
        }
        sum += value;
        along += value * (x[at] - middle) * inverse;
        i += UNITS;
    }
    let sum = sum_of_cube(&mut shared, sum);
    let along = sum_of_cube(&mut shared, along);
    if UNIT_POS == 0u32 {
        dbeta[channel] = sum;
        dgamma[channel] = along;
    }

    let factor = gamma[channel] * inverse;
    let mean_sum = sum / f32::cast_from(count);
    let mean_along = along / f32::cast_from(count);
    let mut i = UNIT_POS as usize;
    while i < count {
        let at = (i / plane * channels + channel) * plane + i % plane;
        let mut value = gradient[at];
        if relu {
            value = select(output.index(0)[at] > 0.0f32, value, 0.0f32);
        }
        dx[at] = factor * (value - mean_sum - (x[at] - middle) * inverse * mean_along);
        i += UNITS;
    }
}
