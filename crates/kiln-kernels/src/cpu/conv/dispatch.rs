//! Which algorithm computes a convolution.

use super::correlation::Correlation;
use super::ready::Weight;
use super::source::{Sink, Source};
use super::winograd::{Geometry, wide};
use super::{ConvShape, depthwise, direct, gathered, pointwise, winograd};
use crate::cpu::act::Act;
use crate::cpu::arch::Arch;
use crate::cpu::column_sums::column_sums;
use crate::cpu::curve::Curve;
use crate::cpu::order::Order;

/// `act(x ∗ weight + bias)`. A `curve`, in place of relu, is applied by depthwise and 1×1 kernels alone, to images with their channels last.
#[allow(clippy::too_many_arguments)]
pub(super) fn forward(
    arch: Arch,
    shape: &ConvShape,
    x: Source<'_>,
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    act: Act,
    curve: Option<Curve>,
    sink: &Sink<'_>,
) {
    if depthwise::fits(shape) {
        let correlation = Correlation::forward(shape);
        return depthwise::correlate(arch, shape, &correlation, x, weight.raw, bias, act, curve, sink);
    }
    if let (true, Some(x), Sink::Plain { data, order: Order::Nhwc }) = (pointwise::fits(shape), rows(x), sink)
    {
        return pointwise::forward(arch, shape, x, weight, bias, act == Act::Relu, curve, data);
    }
    match (Geometry::forward(shape), sink) {
        (Some(geometry), Sink::Plain { data, order: Order::Nhwc }) if wide::fits(&geometry) => {
            wide::correlate(arch, &geometry, x, weight.raw, bias, act, data)
        }
        (Some(geometry), _) => winograd::correlate(arch, &geometry, x, weight, bias, act, sink),
        (None, _) => plain(arch, &Correlation::forward(shape), x, weight, bias, act, sink),
    }
}

pub(super) fn input_grad(
    arch: Arch,
    shape: &ConvShape,
    g: Source<'_>,
    weight: &[f32],
    bias: Option<&[f32]>,
    act: Act,
    sink: &Sink<'_>,
) {
    if depthwise::fits(shape) {
        return depthwise::correlate(
            arch,
            shape,
            &Correlation::backward(shape),
            g,
            weight,
            bias,
            act,
            None,
            sink,
        );
    }
    // Pixels that a stride leaves out have no bias there.
    let fits = pointwise::fits(shape) && (shape.stride == [1, 1] || bias.is_none());
    if let (true, Some(g), Sink::Plain { data, order: Order::Nhwc }) = (fits, rows(g), sink) {
        return pointwise::input_grad(arch, shape, g, weight, bias, act == Act::Relu, data);
    }
    match (Geometry::backward(shape), sink) {
        (Some(geometry), Sink::Plain { data, order: Order::Nhwc }) if wide::fits(&geometry) => {
            wide::correlate(arch, &geometry, g, weight, bias, act, data)
        }
        (Some(geometry), _) => winograd::correlate(arch, &geometry, g, Weight::raw(weight), bias, act, sink),
        (None, _) => plain(arch, &Correlation::backward(shape), g, Weight::raw(weight), bias, act, sink),
    }
}

/// Without a transform.
fn plain(
    arch: Arch,
    correlation: &Correlation,
    source: Source<'_>,
    weight: Weight<'_>,
    bias: Option<&[f32]>,
    act: Act,
    sink: &Sink<'_>,
) {
    match (rows(source), sink) {
        (Some(source), Sink::Plain { data, order: Order::Nhwc }) if gathered::fits(correlation) => {
            gathered::correlate(arch, correlation, source, weight, bias, act == Act::Relu, data)
        }
        _ => direct::correlate(arch, correlation, source, weight, bias, act, sink),
    }
}

pub(super) fn weight_grad(
    arch: Arch,
    shape: &ConvShape,
    x: Source<'_>,
    g: Source<'_>,
    dw: &mut [f32],
    db: Option<&mut [f32]>,
) {
    if depthwise::fits(shape) {
        return depthwise::weight_grad(arch, shape, x, g, dw, db);
    }
    if let (true, Some(x), Some(g)) = (pointwise::fits(shape), rows(x), rows(g)) {
        return super::weight_grad::product(arch, &Correlation::forward(shape), x, g, dw, db);
    }
    match (Geometry::weights(shape), rows(g)) {
        (Some(geometry), Some(values)) if wide::fits(&geometry) => {
            wide::weight_grad(arch, &geometry, x, g, dw);
            if let Some(db) = db {
                column_sums(values, db);
            }
        }
        (Some(geometry), _) => super::weight_grad::winograd(arch, shape, &geometry, x, g, dw, db),
        (None, g_rows) => match (rows(x), g_rows, Correlation::forward(shape)) {
            (Some(x), Some(g), correlation) if gathered::fits(&correlation) => {
                super::weight_grad::product(arch, &correlation, x, g, dw, db)
            }
            _ => super::weight_grad::direct(arch, shape, x, g, dw, db),
        },
    }
}

/// The pixels of all images as rows of a table, where they lie so.
fn rows(source: Source<'_>) -> Option<&[f32]> {
    match source {
        Source::Plain { data, order: Order::Nhwc } => Some(data),
        _ => None,
    }
}
