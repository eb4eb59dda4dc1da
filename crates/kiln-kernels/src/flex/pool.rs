//! Pooling.

use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::tensor::ops::MaxPoolOptions;

use super::{Dense, contiguous, garbage, images, tensor};
use crate::cpu::{self, Order, PoolShape};

/// The windows of a pooling, down and across.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Windows {
    size: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
}

impl Windows {
    /// `None` for what the kernels do not compute.
    pub(crate) fn new(options: &MaxPoolOptions<2>) -> Option<Self> {
        let MaxPoolOptions { kernel_size: size, stride, padding, dilation, ceil_mode } = *options;
        let even =
            padding.iter().zip(size).all(|(&(before, after), size)| before == after && 2 * before <= size);
        let padding = padding.map(|(before, _)| before);
        (even && dilation == [1, 1] && !ceil_mode).then_some(Self { size, stride, padding })
    }

    /// Squares side by side.
    fn squares(side: usize) -> Self {
        Self { size: [side; 2], stride: [side; 2], padding: [0; 2] }
    }

    fn of(self, [n, c, h, w]: [usize; 4]) -> PoolShape {
        let Self { size: kernel, stride, padding } = self;
        PoolShape { n, c, h, w, kernel, stride, padding }
    }
}

/// Images, channels and pixels, for pooling over whole images.
fn planes([n, c, h, w]: [usize; 4]) -> [usize; 3] {
    [n, c, h * w]
}

/// The output, the order that it has in memory, and which pixel of each window it comes from.
pub(crate) fn max_pool2d(x: &FlexTensor, windows: Windows) -> (FlexTensor, Order, Arc<Vec<u32>>) {
    let x = Dense::new(x);
    let shape = windows.of(x.dims);
    let (mut y, mut index) = (garbage(shape.y_len()), garbage(shape.y_len()));
    cpu::max_pool2d(&shape, x.values(), x.order, &mut y, &mut index);
    (images(y, [shape.n, shape.c, shape.ho(), shape.wo()], x.order), x.order, Arc::new(index))
}

pub(crate) fn max_pool2d_backward(
    dims: [usize; 4],
    windows: Windows,
    order: Order,
    index: &[u32],
    gradient: &FlexTensor,
) -> FlexTensor {
    let gradient = Dense::new(gradient).reordered(order);
    let shape = windows.of(dims);
    let mut dx = garbage(shape.x_len());
    cpu::max_pool2d_grad(&shape, gradient.values(), index, order, &mut dx);
    images(dx, dims, order)
}

/// The output and the order that it has in memory.
pub(crate) fn avg_pool2d(x: &FlexTensor, size: usize) -> (FlexTensor, Order) {
    let x = Dense::new(x);
    let shape = Windows::squares(size).of(x.dims);
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
    let shape = Windows::squares(size).of(dims);
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
