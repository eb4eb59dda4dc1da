//! Convolutions as products of matrices that are never in memory: forward with bias, relu and pooling, and both gradients.
//!
//! Images are row-major, `[N, C, H, W]`; what is read may lie anyhow. Sums have a fixed order.

mod backward;
mod followed;
mod forward;
mod grouped;
mod tile;
mod window;

use burn::backend::TensorMetadata;
use burn::backend::wgpu::CubeTensor;
use burn::tensor::DType;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::sums::add_slices;
use super::tensors::{elements, empty, like, units};
pub(super) use followed::Followed;
use tile::{DEPTH, TILE, UNITS};
#[allow(unreachable_pub, reason = "the extension of the backend is a public trait")]
pub use window::{After, Window};

/// So many cubes keep a large GPU busy: with fewer, the sum over the pixels is made in slices.
const ENOUGH_CUBES: usize = 512;
/// The most numbers that slices take together.
const MOST_PARTS: usize = 1 << 22;

/// What comes out, and for [`After::ReluPool`] which pixel of each square it was.
pub(super) fn forward(
    x: CubeTensor,
    weight: CubeTensor,
    bias: Option<CubeTensor>,
    window: Window,
    after: After,
) -> (CubeTensor, Option<CubeTensor>) {
    if window.groups > 1 {
        return (grouped::forward(x, weight, bias, window, after), None);
    }
    let (dims, filters) = (x.shape().dims(), weight.shape()[0]);
    let [height, width] = window.sides(dims).unwrap_or_default();
    let places = [dims[0], height / after.side(), width / after.side()];
    let y = empty(&x, [dims[0], filters, places[1], places[2]]);
    let winners = (after == After::ReluPool).then(|| like(&y, DType::U32));
    let places: usize = places.iter().product();
    if places > 0 {
        let cubes = [places.div_ceil(after.places()), filters.div_ceil(TILE)];
        let biased = bias.is_some();
        forward::convolved::launch(
            &y.client,
            CubeCount::Static(cubes[0] as u32, cubes[1] as u32, 1),
            CubeDim::new_1d(UNITS),
            x.into_tensor_arg(),
            into_contiguous(weight).into_buffer_arg(),
            bias.into_iter().map(|bias| into_contiguous(bias).into_tensor_arg()).collect(),
            y.clone().into_tensor_arg(),
            winners.clone().into_iter().map(CubeTensor::into_tensor_arg).collect(),
            window,
            after,
            biased,
        );
    }
    (y, winners)
}

/// The gradient of an input of these dimensions.
pub(super) fn input_gradient(
    followed: &Followed,
    weight: CubeTensor,
    dims: [usize; 4],
    window: Window,
) -> CubeTensor {
    if window.groups > 1 {
        return grouped::input_gradient(followed, weight, dims, window);
    }
    let dx = empty(&followed.gradient, dims);
    let [items, channels, height, width] = dims;
    let cubes = [(items * height * width).div_ceil(TILE), channels.div_ceil(TILE)];
    backward::input_gradient::launch(
        &dx.client,
        CubeCount::Static(cubes[0] as u32, cubes[1] as u32, 1),
        CubeDim::new_1d(UNITS),
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
    if window.groups > 1 {
        return grouped::weight_gradient(followed, x, filters, window);
    }
    let [_, channels, _, _]: [usize; 4] = x.shape().dims();
    let [r, s] = window.kernel;
    let (weights, biases) = (empty(&x, [filters, channels, r, s]), empty(&x, [filters]));
    let pixels = elements(&followed.gradient) / filters * followed.after.side().pow(2);
    let tiles = [(channels * r * s + 1).div_ceil(TILE), filters.div_ceil(TILE)];
    let slices = (ENOUGH_CUBES / (tiles[0] * tiles[1]))
        .min(pixels.div_ceil(8 * DEPTH))
        .min(MOST_PARTS / (elements(&weights) + filters))
        .max(1);
    let span = pixels.div_ceil(slices).next_multiple_of(DEPTH);
    let slices = pixels.div_ceil(span).max(1);
    let (parts, parts_of_biases) = match slices {
        1 => (weights.clone(), biases.clone()),
        _ => (empty(&x, [slices, filters, channels * r * s]), empty(&x, [slices, filters])),
    };
    backward::weight_gradient::launch(
        &weights.client,
        CubeCount::Static(tiles[0] as u32, tiles[1] as u32, slices as u32),
        CubeDim::new_1d(UNITS),
        x.into_tensor_arg(),
        followed.gradient.clone().into_tensor_arg(),
        followed.seen_after(After::Relu).map(CubeTensor::into_tensor_arg).collect(),
        followed.seen_after(After::ReluPool).map(CubeTensor::into_tensor_arg).collect(),
        parts.clone().into_buffer_arg(),
        parts_of_biases.clone().into_buffer_arg(),
        span as u32,
        window,
        followed.after,
    );
    if slices > 1 {
        let (cubes, dim) = units(&weights, elements(&weights) + filters);
        add_slices::launch(
            &weights.client,
            cubes,
            dim,
            parts.into_buffer_arg(),
            parts_of_biases.into_buffer_arg(),
            weights.clone().into_buffer_arg(),
            biases.clone().into_buffer_arg(),
            slices as u32,
        );
    }
    (weights, biases)
}
