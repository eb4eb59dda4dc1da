//! Pooling.

use std::sync::Arc;

use burn::backend::flex::FlexTensor;

use super::{Dense, garbage, images};
use crate::cpu::{self, Order, PoolShape};

fn pool_shape([n, c, h, w]: [usize; 4], size: usize) -> PoolShape {
    PoolShape { n, c, h, w, kernel: [size; 2], stride: [size; 2], padding: [0; 2] }
}

/// The output, the order that it has in memory, and which pixel of each square it comes from.
pub(crate) fn max_pool2d(x: &FlexTensor, size: usize) -> (FlexTensor, Order, Arc<[u32]>) {
    let x = Dense::new(x);
    let shape = pool_shape(x.dims, size);
    let (mut y, mut index) = (garbage(shape.y_len()), garbage(shape.y_len()));
    cpu::max_pool2d(&shape, x.values(), x.order, &mut y, &mut index);
    (images(y, [shape.n, shape.c, shape.ho(), shape.wo()], x.order), x.order, index.into())
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
