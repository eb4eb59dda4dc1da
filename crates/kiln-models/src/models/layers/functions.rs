//! What single layers compute.

use burn::module::Param;
use burn::nn::GroupNorm;
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, module};
use kiln_kernels::{Act, avg_pool2d, layer_norm, max_pool2d, max_pool2d_windows};

use super::layer::{LayerNorm, Patches, Window};
use crate::convolution::convolve;

/// `act(norm(x))` over the last dimension.
pub(super) fn over_features<const D: usize>(norm: &LayerNorm, x: Tensor<D>, act: Act) -> Tensor<D> {
    layer_norm(x, norm.gamma.val(), norm.beta.val(), norm.epsilon, act)
}

/// Groups of channels of each item, normalised, then a scale and a shift of each channel.
pub(super) fn over_groups<const D: usize>(norm: &GroupNorm, x: Tensor<D>) -> Tensor<D> {
    let dims = x.dims();
    let groups = norm.num_groups;
    let columns = dims[1..].iter().product::<usize>() / groups;
    // A group is a row of its own.
    let rows = x.reshape([dims[0] * groups, columns]);
    let dtype = norm.gamma.as_ref().map_or(rows.dtype(), |gamma| gamma.dtype());
    let device = rows.device();
    let (one, zero) = (Tensor::ones([columns], (&device, dtype)), Tensor::zeros([columns], (&device, dtype)));
    let y = layer_norm(rows, one, zero, norm.epsilon, Act::None).reshape(dims);
    let mut by_channel = [1; D];
    by_channel[1] = dims[1];
    let of = |param: &Option<Param<Tensor<1>>>| param.as_ref().map(|param| param.val().reshape(by_channel));
    let y = of(&norm.gamma).into_iter().fold(y, Tensor::mul);
    of(&norm.beta).into_iter().fold(y, Tensor::add)
}

/// The largest number of each window.
pub(super) fn largest(window: Window, x: Tensor<4>) -> Tensor<4> {
    let Window { size, stride, padding } = window;
    if (stride, padding) == (size, 0) {
        return max_pool2d(x, size);
    }
    let [size, stride, padding] = [size, stride, padding].map(|number| [number; 2]);
    max_pool2d_windows(x, MaxPoolOptions::new(size).with_stride(stride).with_padding(padding))
}

/// The mean of each window.
pub(super) fn mean(window: Window, x: Tensor<4>) -> Tensor<4> {
    let Window { size, stride, .. } = window;
    if stride == size {
        return avg_pool2d(x, size);
    }
    module::avg_pool2d(x, AvgPoolOptions::new([size; 2]).with_stride([stride; 2]))
}

/// `[N, channels, height, width]` to `[N, tokens, width]`, row after row of the map.
pub(super) fn tokens(patches: &Patches, x: Tensor<4>) -> Tensor<3> {
    let tokens = convolve(&patches.proj, x).flatten::<3>(2, 3).permute([0, 2, 1]);
    match &patches.positions {
        Some(positions) => {
            let positions = positions.val();
            as_wide_as(tokens, &positions).add(positions)
        }
        None => tokens,
    }
}

/// `x` in the data type of `other` where that has more bits: layers that compute in 16 bits meet others in f32.
pub(super) fn as_wide_as<const D: usize>(x: Tensor<D>, other: &Tensor<D>) -> Tensor<D> {
    if other.dtype().size() > x.dtype().size() { x.cast(other.dtype()) } else { x }
}
