//! Operations on the elements of one or two tensors.

use burn::backend::TensorMetadata;
use burn::backend::flex::FlexTensor;

use super::conv::through_relu;
use super::{Dense, contiguous, garbage, like};
use crate::Act;
use crate::cpu::{self, Curve, Order};

/// The elements without gaps, images in the order that they have.
fn dense(x: &FlexTensor) -> FlexTensor {
    if x.shape().num_dims() == 4 { Dense::new(x).tensor } else { contiguous(x) }
}

/// The elements in the order of `model`, which is [`dense`].
fn dense_as(model: &FlexTensor, x: &FlexTensor) -> FlexTensor {
    if x.shape().num_dims() != 4 {
        return contiguous(x);
    }
    Dense::new(x).reordered(Dense::new(model).order).tensor
}

pub(crate) fn curve(x: &FlexTensor, curve: Curve) -> FlexTensor {
    let x = dense(x);
    let mut y = garbage(x.layout().num_elements());
    cpu::curve(curve, x.storage(), &mut y);
    like(&x, y)
}

pub(crate) fn curve_backward(x: &FlexTensor, curve: Curve, gradient: &FlexTensor) -> FlexTensor {
    let x = dense(x);
    let gradient = dense_as(&x, gradient);
    let mut dx = garbage(x.layout().num_elements());
    cpu::curve_grad(curve, x.storage(), gradient.storage(), &mut dx);
    like(&x, dx)
}

/// Channels-last where the tensors are so, or one of them.
pub(crate) fn add(a: &FlexTensor, b: &FlexTensor, act: Act) -> FlexTensor {
    let (a, b) = (Dense::new(a), Dense::new(b));
    let order = if a.order == b.order { a.order } else { Order::Nhwc };
    let (a, b) = (a.reordered(order), b.reordered(order));
    let mut y = garbage(a.values().len());
    cpu::add(a.values(), b.values(), act, &mut y);
    like(&a.tensor, y)
}

/// `a + b` of images, in the memory of one of them where nothing else holds it; in their order, or channels-last where they differ.
pub(crate) fn sum(a: FlexTensor, b: FlexTensor) -> FlexTensor {
    let (a, b) = (owned(a), owned(b));
    let order = if a.order == b.order { a.order } else { Order::Nhwc };
    let (mut a, mut b) = (a.reordered(order).tensor, b.reordered(order).tensor);
    if let Some(onto) = a.try_storage_mut() {
        cpu::add_onto(b.storage(), Act::None, onto);
        return a;
    }
    if let Some(onto) = b.try_storage_mut() {
        cpu::add_onto(a.storage(), Act::None, onto);
        return b;
    }
    let mut y = garbage(a.layout().num_elements());
    cpu::add(a.storage(), b.storage(), Act::None, &mut y);
    like(&a, y)
}

/// Without what would share its memory.
fn owned(x: FlexTensor) -> Dense {
    Dense::new(&x)
}

/// The gradient of both. `output` is there when the sum went through relu.
pub(crate) fn add_backward(output: Option<&FlexTensor>, gradient: &FlexTensor) -> FlexTensor {
    through_relu(output, Dense::new(gradient)).tensor
}

fn planes([n, c, h, w]: [usize; 4]) -> [usize; 3] {
    [n, c, h * w]
}

pub(crate) fn scale(x: &FlexTensor, gates: &FlexTensor) -> FlexTensor {
    let (x, gates) = (Dense::new(x), contiguous(gates));
    let mut y = garbage(x.values().len());
    cpu::scale(planes(x.dims), x.values(), gates.storage(), x.order, &mut y);
    like(&x.tensor, y)
}

/// The gradients of images and gates.
pub(crate) fn scale_backward(x: &FlexTensor, gates: &FlexTensor, gradient: &FlexTensor) -> [FlexTensor; 2] {
    let (x, gates) = (Dense::new(x), contiguous(gates));
    let gradient = Dense::new(gradient).reordered(x.order);
    let (mut dx, mut dgates) = (garbage(x.values().len()), garbage(gates.layout().num_elements()));
    cpu::scale_grad(
        planes(x.dims),
        x.values(),
        gates.storage(),
        gradient.values(),
        x.order,
        &mut dx,
        &mut dgates,
    );
    [like(&x.tensor, dx), like(&gates, dgates)]
}
