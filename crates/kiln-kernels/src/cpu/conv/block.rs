//! Convolution + bias + relu + 2×2 max-pool as one operation: the full-size activation never leaves the cache.

use super::ready::Weight;
use super::source::{Sink, Source};
use super::{ConvShape, few_channels, forward, input_grad, weight_grad};
use crate::cpu::act::Act;
use crate::cpu::arch::{Arch, arch};
use crate::cpu::order::Order;
use crate::cpu::parallel::Shared;

/// Elements after pooling: `[n, k, ⌊ho/2⌋, ⌊wo/2⌋]`.
fn pooled_len(shape: &ConvShape) -> usize {
    shape.n * shape.k * (shape.ho() / 2) * (shape.wo() / 2)
}

/// `y = maxpool₂ₓ₂(relu(x ∗ weight + bias))`, stride 2, an odd last row or column dropped.
///
/// `x`: `[n, c, h, w]` in `x_order`; `weight`: `[k, c / groups, r, s]`; `bias`: `[k]`; `y`: `[n, k, ⌊ho/2⌋, ⌊wo/2⌋]`
/// in `y_order`. `index`: `[n, ⌊ho/2⌋, ⌊wo/2⌋, k]`, whatever `y_order`: for [`conv2d_relu_pool_grad`], which of the window's
/// four was the maximum (the first of equals row by row, a NaN before any number), or that none was above 0 and no gradient
/// passes; in a form that depends on the shape and the processor.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
#[allow(clippy::too_many_arguments)]
pub fn conv2d_relu_pool(
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    weight: &[f32],
    bias: &[f32],
    y: &mut [f32],
    y_order: Order,
    index: &mut [u8],
) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "conv2d_relu_pool: x");
    assert_eq!(weight.len(), shape.weight_len(), "conv2d_relu_pool: weight");
    assert_eq!(bias.len(), shape.k, "conv2d_relu_pool: bias");
    assert_eq!(y.len(), pooled_len(shape), "conv2d_relu_pool: y");
    assert_eq!(index.len(), y.len(), "conv2d_relu_pool: index");
    relu_pool(arch(), shape, x, x_order, Weight::raw(weight), bias, y, y_order, index);
}

/// The same of slices that were checked.
#[allow(clippy::too_many_arguments)]
pub(super) fn relu_pool(
    arch: Arch,
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    weight: Weight<'_>,
    bias: &[f32],
    y: &mut [f32],
    y_order: Order,
    index: &mut [u8],
) {
    if y_order == Order::Nhwc && few_channels::relu_pool(arch, shape, x, weight.raw, bias, y, index) {
        return;
    }
    let sink = Sink::Pooled { data: Shared::new(y), order: y_order, index: Shared::new(index) };
    let x = Source::Plain { data: x, order: x_order };
    // Relu comes with the pooling, on a quarter of the values.
    forward(arch, shape, x, weight, Some(bias), Act::None, None, &sink);
    few_channels::pack(arch, shape, index);
}

/// The gradients of [`conv2d_relu_pool`] for the gradient `g` of its result.
///
/// `x`, `weight`, `index` as there; `g`: `[n, k, ⌊ho/2⌋, ⌊wo/2⌋]` in `g_order`; `dx`: `[n, c, h, w]` in the order with it,
/// left out for a first layer; `dw`: `[k, c / groups, r, s]`; `db`: `[k]`.
///
/// # Panics
/// If a slice's length does not fit the shape, or the shape is no convolution.
#[allow(clippy::too_many_arguments)]
pub fn conv2d_relu_pool_grad(
    shape: &ConvShape,
    x: &[f32],
    x_order: Order,
    weight: &[f32],
    g: &[f32],
    g_order: Order,
    index: &[u8],
    dx: Option<(&mut [f32], Order)>,
    dw: &mut [f32],
    mut db: Option<&mut [f32]>,
) {
    shape.check();
    assert_eq!(x.len(), shape.x_len(), "conv2d_relu_pool_grad: x");
    assert_eq!(weight.len(), shape.weight_len(), "conv2d_relu_pool_grad: weight");
    assert_eq!(g.len(), pooled_len(shape), "conv2d_relu_pool_grad: g");
    assert_eq!(index.len(), g.len(), "conv2d_relu_pool_grad: index");
    assert!(dx.as_ref().is_none_or(|(dx, _)| dx.len() == shape.x_len()), "conv2d_relu_pool_grad: dx");
    assert_eq!(dw.len(), shape.weight_len(), "conv2d_relu_pool_grad: dw");
    assert!(db.as_ref().is_none_or(|db| db.len() == shape.k), "conv2d_relu_pool_grad: db");
    let arch = arch();
    let done = g_order == Order::Nhwc
        && few_channels::relu_pool_weight_grad(arch, shape, x, g, index, dw, db.as_deref_mut());
    if done && dx.is_none() {
        return;
    }
    let numbers = few_channels::unpack(arch, shape, index);
    let g = Source::Pooled { data: g, order: g_order, index: numbers.as_deref().unwrap_or(index) };
    if !done {
        let x = Source::Plain { data: x, order: x_order };
        weight_grad(arch, shape, x, g, dw, db);
    }
    if let Some((dx, order)) = dx {
        let sink = Sink::Plain { data: Shared::new(dx), order };
        input_grad(arch, shape, g, weight, None, Act::None, &sink);
    }
}
