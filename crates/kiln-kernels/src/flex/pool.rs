//! Pooling.

use std::sync::Arc;

use burn::backend::flex::FlexTensor;

use super::{Dense, contiguous, garbage, images, tensor};
use crate::cpu::{self, Order, PoolShape};

fn pool_shape([n, c, h, w]: [usize; 4], size: usize) -> PoolShape {
    PoolShape { n, c, h, w, kernel: [size; 2], stride: [size; 2], padding: [0; 2] }
}

/// Images, channels and pixels, for pooling over whole images.
fn planes([n, c, h, w]: [usize; 4]) -> [usize; 3] {
    [n, c, h * w]
}

/// The output, the order that it has in memory, and which pixel of each square it comes from.
pub(crate) fn max_pool2d(x: &FlexTensor, size: usize) -> (FlexTensor, Order, Arc<Vec<u32>>) {
    let x = Dense::new(x);
    let shape = pool_shape(x.dims, size);
    let (mut y, mut index) = (garbage(shape.y_len()), garbage(shape.y_len()));
    cpu::max_pool2d(&shape, x.values(), x.order, &mut y, &mut index);
    (images(y, [shape.n, shape.c, shape.ho(), shape.wo()], x.order), x.order, Arc::new(index))
}

pub(crate) fn max_pool2d_backward(
    dims: [usize; 4],
    size: usize,
    order: Order,
    index: &[u32],
    gradient: &FlexTensor,
) -> FlexTensor {
    let gradient = Dense::new(gradient).reordered(order);
    let shape = pool_shape(dims, size);
    let mut dx = garbage(shape.x_len());
    cpu::max_pool2d_grad(&shape, gradient.values(), index, order, &mut dx);
    images(dx, dims, order)
}

/// The output and the order that it has in memory.
pub(crate) fn avg_pool2d(x: &FlexTensor, size: usize) -> (FlexTensor, Order) {
    let x = Dense::new(x);
    let shape = pool_shape(x.dims, size);
    let mut y = garbage(shape.y_len());
    cpu::avg_pool2d(&shape, x.values(), x.order, true, &mut y);
    (images(y, [shape.n, shape.c, shape.ho(), shape.wo()], x.order), x.order)
}

pub(crate) fn avg_pool2d_backward(
    dims: [usize; 4],
    size: usize,
    order: Order,
    gradient: &FlexTensor,
) -> FlexTensor {
    let gradient = Dense::new(gradient).reordered(order);
    let shape = pool_shape(dims, size);
    let mut dx = garbage(shape.x_len());
    cpu::avg_pool2d_grad(&shape, gradient.values(), order, true, &mut dx);
    images(dx, dims, order)
}

/// The means, and the order that the images have in memory.
pub(crate) fn global_avg_pool2d(x: &FlexTensor) -> (FlexTensor, Order) {
    let x = Dense::new(x);
    let [n, c, pixels] = planes(x.dims);
    let mut y = garbage(n * c);
    cpu::global_mean_pool([n, c, pixels], x.values(), x.order, &mut y);
    (tensor(y, [n, c]), x.order)
}

pub(crate) fn global_avg_pool2d_backward(
    dims: [usize; 4],
    order: Order,
    gradient: &FlexTensor,
) -> FlexTensor {
    let mut dx = garbage(dims.iter().product());
    cpu::global_mean_pool_grad(planes(dims), contiguous(gradient).storage(), order, &mut dx);
    images(dx, dims, order)
}

/// The maxima, the order that the images have in memory, and which pixel each maximum is.
pub(crate) fn global_max_pool2d(x: &FlexTensor) -> (FlexTensor, Order, Arc<Vec<u32>>) {
    let x = Dense::new(x);
    let [n, c, pixels] = planes(x.dims);
    let (mut y, mut index) = (garbage(n * c), garbage(n * c));
    cpu::global_max_pool([n, c, pixels], x.values(), x.order, &mut y, &mut index);
    (tensor(y, [n, c]), x.order, Arc::new(index))
}

pub(crate) fn global_max_pool2d_backward(
    dims: [usize; 4],
    order: Order,
    index: &[u32],
    gradient: &FlexTensor,
) -> FlexTensor {
    let mut dx = garbage(dims.iter().product());
    cpu::global_max_pool_grad(planes(dims), contiguous(gradient).storage(), index, order, &mut dx);
    images(dx, dims, order)
}
