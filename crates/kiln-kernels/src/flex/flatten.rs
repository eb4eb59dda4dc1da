//! From images to rows.

use burn::backend::flex::FlexTensor;
use burn::tensor::Shape;

use super::Dense;
use crate::cpu::Order;

/// `[N, C · H · W]`; a copy only where the images are not in that order in memory.
pub(crate) fn flatten(x: &FlexTensor) -> FlexTensor {
    let x = Dense::new(x).reordered(Order::Nchw);
    let [n, c, h, w] = x.dims;
    x.tensor.reshape(Shape::from([n, c * h * w]))
}

pub(crate) fn flatten_backward(dims: [usize; 4], gradient: &FlexTensor) -> FlexTensor {
    gradient.reshape(Shape::from(dims))
}
