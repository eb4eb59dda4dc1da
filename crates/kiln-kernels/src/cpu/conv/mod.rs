//! 2-D convolution: forward, both gradients, and the block convolution + bias + relu + 2×2 max-pool.
//!
//! Two algorithms for most of them. *Direct* takes any shape: a padded channels-last copy of one image stays in cache, and register
//! blocks of output pixels × output channels are summed over the kernel's taps (implicit im2col). *Winograd*
//! F(2×2, 3×3) and F(4×4, 3×3) take 3×3 kernels of stride 1 with enough channels: 4 or 2.25 multiplications for an
//! output where direct needs 9; with many channels and few pixels it goes block by block of output channels (`winograd::wide`), so that
//! transformed weights never go to memory. What both do badly, others do: the block over one channel, by Winograd's F(2, 3) along lines, and
//! weight gradients of up to three channels (`few_channels`); groups of up to eight channels, one of them as in depthwise convolutions, with
//! vectors across groups (`depthwise`); 1×1 kernels as products of matrices (`pointwise`), and so others of many channels on small images
//! (`gathered`). `dispatch` says which one it is.
//!
//! # Accuracy
//! Against exact arithmetic the error of an output or a gradient is below `1e-6` of `Σ |x|·|w| + |bias|` over its window (direct), or
//! `2e-6` of the largest such sum in the tensor (Winograd and the block over one channel; Winograd adds and subtracts inputs of neighbouring pixels first: an
//! output far smaller than its neighbours has their absolute error). NaN stays NaN in both. Infinities: direct
//! keeps them where PyTorch does; Winograd turns them into NaN. Around a NaN or an infinity, Winograd's outputs up to three pixels
//! further off are NaN, too. The block over one channel hands a batch with such
//! numbers, or with any above `1e12`, to the direct algorithm as a whole.

mod block;
mod correlation;
mod depthwise;
mod direct;
mod dispatch;
mod few_channels;
mod gathered;
mod pack;
mod packed;
mod pointwise;
mod ready;
mod shape;
mod source;
mod strips;
mod weight_grad;
mod winograd;

pub use block::{conv2d_relu_pool, conv2d_relu_pool_grad};
pub(crate) use direct::BlocksOf;
pub use packed::PackedConv;
pub use shape::ConvShape;
pub(crate) use shape::out_len;

use dispatch::{forward, input_grad, weight_grad};
use ready::Weight;
use source::{Sink, Source};

use super::act::Act;
use super::arch::arch;
use super::order::Order;
use super::parallel::Shared;

/// `y = act(x ∗ weight + bias)`; see [`ConvShape`] for the formula.
///
/// `x`: `[n, c, h, w]` in `x_order`; `weight`: `[k, c / groups, r, s]`; `bias`: `[k]`; `y`: `[n, k, ho, wo]` in `y_order`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
#[allow(clippy::too_many_arguments)]
pub fn conv2d(
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    y: &mut [f32],
    y_order: Order,
) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "conv2d: x");
    assert_eq!(weight.len(), shape.weight_len(), "conv2d: weight");
    assert!(bias.is_none_or(|bias| bias.len() == shape.k), "conv2d: bias");
    assert_eq!(y.len(), shape.y_len(), "conv2d: y");
    let sink = Sink::Plain { data: Shared::new(y), order: y_order };
    let x = Source::Plain { data: x, order: x_order };
    forward(arch(), shape, x, Weight::raw(weight), bias, act, None, &sink);
}

/// The gradient for the input: `dx = g ∗ᵀ weight`.
///
/// `g`: `[n, k, ho, wo]` in `g_order`; `weight`: `[k, c / groups, r, s]`; `dx`: `[n, c, h, w]` in `dx_order`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
pub fn conv2d_input_grad(
    shape: &ConvShape,
    g: &[f32],
    g_order: Order,
    weight: &[f32],
    dx: &mut [f32],
    dx_order: Order,
) {
    shape.check();
    assert_eq!(g.len(), shape.y_len(), "conv2d_input_grad: g");
    assert_eq!(weight.len(), shape.weight_len(), "conv2d_input_grad: weight");
    assert_eq!(dx.len(), shape.x_len(), "conv2d_input_grad: dx");
    let sink = Sink::Plain { data: Shared::new(dx), order: dx_order };
    input_grad(arch(), shape, Source::Plain { data: g, order: g_order }, weight, None, Act::None, &sink);
}

/// `y = act(x ∗ᵀ weight + bias)`: the transposed convolution, which is what [`conv2d_input_grad`] computes, as a layer.
///
/// `shape` is the convolution that it transposes: `x` has the size of its output, `[n, k, ho, wo]` in `x_order`, and `y` that of its
/// input, `[n, c, h, w]` in `y_order`; `weight`: `[k, c / groups, r, s]`; `bias`: `[c]`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
#[allow(clippy::too_many_arguments)]
pub fn conv_transpose2d(
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    y: &mut [f32],
    y_order: Order,
) {
    shape.check();
    assert_eq!(x.len(), shape.y_len(), "conv_transpose2d: x");
    assert_eq!(weight.len(), shape.weight_len(), "conv_transpose2d: weight");
    assert!(bias.is_none_or(|bias| bias.len() == shape.c), "conv_transpose2d: bias");
    assert_eq!(y.len(), shape.x_len(), "conv_transpose2d: y");
    let sink = Sink::Plain { data: Shared::new(y), order: y_order };
    input_grad(arch(), shape, Source::Plain { data: x, order: x_order }, weight, bias, act, &sink);
}

/// The gradients for the weight and the bias: `dw[k, c, r, s] = Σ_{n, i, j} x[…] · g[n, k, i, j]`, `db[k] = Σ g`.
///
/// `x`: `[n, c, h, w]` in `x_order`; `g`: `[n, k, ho, wo]` in `g_order`; `dw`: `[k, c / groups, r, s]`; `db`: `[k]`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
#[allow(clippy::too_many_arguments)]
pub fn conv2d_weight_grad(
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    g: &[f32],
    g_order: Order,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "conv2d_weight_grad: x");
    assert_eq!(g.len(), shape.y_len(), "conv2d_weight_grad: g");
    assert_eq!(dw.len(), shape.weight_len(), "conv2d_weight_grad: dw");
    assert!(db.as_ref().is_none_or(|db| db.len() == shape.k), "conv2d_weight_grad: db");
    let (x, g) = (Source::Plain { data: x, order: x_order }, Source::Plain { data: g, order: g_order });
    weight_grad(arch(), shape, x, g, dw, db);
}

/// Side of Winograd's tiles in the forward pass, the input gradient and the weight gradient; 0 where it is not used.
#[cfg(test)]
pub(super) fn tiles(shape: &ConvShape) -> [usize; 3] {
    use winograd::Geometry;
    [Geometry::forward(shape), Geometry::backward(shape), Geometry::weights(shape)]
        .map(|geometry| geometry.map_or(0, |geometry| geometry.tile))
}

/// An index of [`conv2d_relu_pool`] as numbers: the window's pixels column by column, or 4.
#[cfg(test)]
pub(super) fn winners(shape: &ConvShape, index: &[u8]) -> Vec<u8> {
    few_channels::unpack(arch(), shape, index).unwrap_or_else(|| index.to_vec())
}
