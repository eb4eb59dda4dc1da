//! Convolutions of channels in groups, such as one for each channel: there is little to share, so units make their numbers by themselves.

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::super::sums::{UNITS, sum_of_cube};
use super::super::tensors::{elements, empty, units};
use super::backward::before;
use super::followed::Followed;
use super::window::{After, MOST_CUBES, Window, place};

/// What comes out. Nothing or relu follows.
pub(super) fn forward(
    x: CubeTensor,
    weight: CubeTensor,
    bias: Option<CubeTensor>,
    window: Window,
    after: After,
) -> CubeTensor {
    let (dims, filters): ([usize; 4], _) = (x.shape().dims(), weight.shape()[0]);
    let [height, width] = window.sides(dims).unwrap_or_default();
    let y = empty(&x, [dims[0], filters, height, width]);
    let (cubes, dim) = units(&y, elements(&y));
    let biased = bias.is_some();
    convolved::launch(
        &y.client,
        cubes,
        dim,
        x.into_tensor_arg(),
        into_contiguous(weight).into_buffer_arg(),
        bias.into_iter().map(|bias| into_contiguous(bias).into_tensor_arg()).collect(),
        y.clone().into_tensor_arg(),
        window,
        after == After::Relu,
        biased,
    );
    y
}

/// The gradient of an input of these dimensions.
pub(super) fn input_gradient(
    followed: &Followed,
    weight: CubeTensor,
    dims: [usize; 4],
    window: Window,
) -> CubeTensor {
    let dx = empty(&followed.gradient, dims);
    let (cubes, dim) = units(&dx, elements(&dx));
    of_input::launch(
        &dx.client,
        cubes,
        dim,
        followed.gradient.clone().into_tensor_arg(),
        followed.seen_after(After::Relu).map(CubeTensor::into_tensor_arg).collect(),
        followed.seen_after(After::ReluPool).map(CubeTensor::into_tensor_arg).collect(),
        into_contiguous(weight).into_buffer_arg(),
        dx.clone().into_tensor_arg(),
        window,
        followed.after,
    );
    dx
}

/// The gradients of the filters and of their biases.
pub(super) fn weight_gradient(
    followed: &Followed,
    x: CubeTensor,
    filters: usize,
    window: Window,
) -> (CubeTensor, CubeTensor) {
    let [_, channels, _, _]: [usize; 4] = x.shape().dims();
    let [r, s] = window.kernel;
    let (weights, biases) = (empty(&x, [filters, channels / window.groups, r, s]), empty(&x, [filters]));
    let cubes = elements(&weights) + filters;
    let across = cubes.min(MOST_CUBES);
    of_filters::launch(
        &weights.client,
        CubeCount::Static(across as u32, cubes.div_ceil(across) as u32, 1),
        CubeDim::new_1d(UNITS as u32),
        x.into_tensor_arg(),
        followed.gradient.clone().into_tensor_arg(),
        followed.seen_after(After::Relu).map(CubeTensor::into_tensor_arg).collect(),
        followed.seen_after(After::ReluPool).map(CubeTensor::into_tensor_arg).collect(),
        weights.clone().into_buffer_arg(),
        biases.clone().into_buffer_arg(),
        window,
        followed.after,
    );
    (weights, biases)
}

/// Unit `i` makes element `i`.
#[cube(launch)]
fn convolved(
    x: &Tensor<f32>,
    weight: &[f32],
    bias: &Sequence<OwnedTensor<f32>>,
    y: &mut Tensor<f32>,
    #[comptime] window: Window,
    #[comptime] relu: bool,
    #[comptime] biased: bool,
) {
    let i = ABSOLUTE_POS;
    if i < y.len() {
        let filters = y.shape(1);
        let (map, h, w) = place(i, y.shape(2), y.shape(3));
        let filter = map % filters;
        let item = map / filters;
        let inputs = x.shape(1) / comptime!(window.groups);
        let first = filter / (filters / comptime!(window.groups)) * inputs;
        let top = h * comptime!(window.stride[0]);
        let left = w * comptime!(window.stride[1]);
        let mut sum = 0.0f32;
        if biased {
            sum = bias.index(0)[filter];
        }
        for c in 0..inputs {
            let own = item * x.stride(0) + (first + c) * x.stride(1);
            for r in 0..comptime!(window.kernel[0]) {
                let below = top + r * comptime!(window.dilation[0]);
                for s in 0..comptime!(window.kernel[1]) {
                    let right = left + s * comptime!(window.dilation[1]);
                    if below >= comptime!(window.padding[0])
                        && right >= comptime!(window.padding[1])
                        && below < x.shape(2) + comptime!(window.padding[0])
                        && right < x.shape(3) + comptime!(window.padding[1])
                    {
                        let value = x[own
                            + (below - comptime!(window.padding[0])) * x.stride(2)
                            + (right - comptime!(window.padding[1])) * x.stride(3)];
                        sum += value
                            * weight[((filter * inputs + c) * comptime!(window.kernel[0]) + r)
                                * comptime!(window.kernel[1])
                                + s];
                    }
                }
            }
        }
        if relu {
            // NaN stays.
            sum = select(sum < 0.0f32, 0.0f32, sum);
        }
        y[i] = sum;
    }
}

/// Unit `i` makes element `i`.
#[cube(launch)]
fn of_input(
    gradient: &Tensor<f32>,
    outputs: &Sequence<OwnedTensor<f32>>,
    winners: &Sequence<OwnedTensor<u32>>,
    weight: &[f32],
    dx: &mut Tensor<f32>,
    #[comptime] window: Window,
    #[comptime] after: After,
) {
    let i = ABSOLUTE_POS;
    if i < dx.len() {
        let channels = dx.shape(1);
        let (map, h, w) = place(i, dx.shape(2), dx.shape(3));
        let channel = map % channels;
        let item = map / channels;
        let inputs = channels / comptime!(window.groups);
        let filters = gradient.shape(1) / comptime!(window.groups);
        let first = channel / inputs * filters;
        let mut sum = 0.0f32;
        for k in 0..filters {
            for r in 0..comptime!(window.kernel[0]) {
                let down = h + comptime!(window.padding[0]) - r * comptime!(window.dilation[0]);
                for s in 0..comptime!(window.kernel[1]) {
                    let right = w + comptime!(window.padding[1]) - s * comptime!(window.dilation[1]);
                    // The pixel of the output that this filter's number made of the input's, if there is one.
                    if h + comptime!(window.padding[0]) >= r * comptime!(window.dilation[0])
                        && w + comptime!(window.padding[1]) >= s * comptime!(window.dilation[1])
                        && down % comptime!(window.stride[0]) == 0usize
                        && right % comptime!(window.stride[1]) == 0usize
                    {
                        let line = down / comptime!(window.stride[0]);
                        let column = right / comptime!(window.stride[1]);
                        let filter = first + k;
                        let value = before(gradient, outputs, winners, item, filter, line, column, after);
                        sum += value
                            * weight[((filter * inputs + channel % inputs) * comptime!(window.kernel[0])
                                + r)
                                * comptime!(window.kernel[1])
                                + s];
                    }
                }
            }
        }
        dx[i] = sum;
    }
}

/// A cube makes one number of a filter, then come the cubes of the biases.
#[cube(launch)]
fn of_filters(
    x: &Tensor<f32>,
    gradient: &Tensor<f32>,
    outputs: &Sequence<OwnedTensor<f32>>,
    winners: &Sequence<OwnedTensor<u32>>,
    weights: &mut [f32],
    biases: &mut [f32],
    #[comptime] window: Window,
    #[comptime] after: After,
) {
    let cube = (CUBE_POS_Y * CUBE_COUNT_X + CUBE_POS_X) as usize;
    let filters = biases.len();
    let inputs = x.shape(1) / comptime!(window.groups);
    let terms = inputs * comptime!(window.area());
    let is_bias = cube >= weights.len();
    let filter = select(is_bias, cube - weights.len(), cube / terms);
    let term = cube % terms;
    let channel = filter / (filters / comptime!(window.groups)) * inputs + term / comptime!(window.area());
    let r = term / comptime!(window.kernel[1]) % comptime!(window.kernel[0]);
    let s = term % comptime!(window.kernel[1]);
    let height = gradient.shape(2);
    let width = gradient.shape(3);
    let mut pixels = gradient.shape(0) * height * width;
    // Cubes behind the last one find nothing.
    pixels = select(cube < weights.len() + filters, pixels, 0usize);

    let mut shared = Shared::<[f32]>::new_slice(256usize);
    let mut sum = 0.0f32;
    let mut pixel = UNIT_POS as usize;
    while pixel < pixels {
        let (item, h, w) = place(pixel, height, width);
        let below = h * comptime!(window.stride[0]) + r * comptime!(window.dilation[0]);
        let right = w * comptime!(window.stride[1]) + s * comptime!(window.dilation[1]);
        let value = before(gradient, outputs, winners, item, filter, h, w, after);
        let mut input = select(is_bias, 1.0f32, 0.0f32);
        if !is_bias
            && below >= comptime!(window.padding[0])
            && right >= comptime!(window.padding[1])
            && below < x.shape(2) + comptime!(window.padding[0])
            && right < x.shape(3) + comptime!(window.padding[1])
        {
            input = x[item * x.stride(0)
                + channel * x.stride(1)
                + (below - comptime!(window.padding[0])) * x.stride(2)
                + (right - comptime!(window.padding[1])) * x.stride(3)];
        }
        sum += input * value;
        pixel += UNITS;
    }
    let sum = sum_of_cube(&mut shared, sum);
    if UNIT_POS == 0u32 {
        if is_bias {
            if filter < filters {
                biases[filter] = sum;
            }
        } else {
            weights[cube] = sum;
        }
    }
}
