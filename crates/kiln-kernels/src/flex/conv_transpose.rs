//! Transposed convolutions.

use burn::backend::flex::FlexTensor;
use burn::tensor::ops::ConvTransposeOptions;

use super::conv::through_relu;
use super::{Dense, contiguous, dims4, garbage, images, tensor};
use crate::Act;
use crate::cpu::{self, ConvShape, Order};

/// The convolution that is transposed: its output has the size of the layer's input, and its input that of the output.
fn conv_shape(
    [n, k, ho, wo]: [usize; 4],
    weight: &FlexTensor,
    options: &ConvTransposeOptions<2>,
) -> ConvShape {
    let [_, c, r, s] = dims4(weight);
    let ConvTransposeOptions { stride, padding, padding_out, dilation, groups } = options.clone();
    let len = |axis: usize, out: usize, kernel: usize| {
        ((out - 1) * stride[axis] + (kernel - 1) * dilation[axis] + 1 + padding_out[axis])
            .saturating_sub(2 * padding[axis])
    };
    ConvShape {
        n,
        c: c * groups,
        h: len(0, ho, r),
        w: len(1, wo, s),
        k,
        r,
        s,
        stride,
        padding,
        dilation,
        groups,
    }
}

pub(crate) fn conv_transpose2d(
    x: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    options: &ConvTransposeOptions<2>,
    act: Act,
) -> FlexTensor {
    let (x, weight, bias) = (Dense::new(x), contiguous(weight), contiguous(bias));
    let shape = conv_shape(x.dims, &weight, options);
    let dims = [shape.n, shape.c, shape.h, shape.w];
    let mut y = garbage(shape.x_len());
    let bias = Some(bias.storage());
    cpu::conv_transpose2d(&shape, x.values(), x.order, weight.storage(), bias, act, &mut y, Order::Nhwc);
    images(y, dims, Order::Nhwc)
}

/// Gradients of input, weight and bias, those that are wanted. `output` is there when it went through relu.
pub(crate) fn conv_transpose2d_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    output: Option<&FlexTensor>,
    gradient: &FlexTensor,
    options: &ConvTransposeOptions<2>,
    wanted: [bool; 3],
) -> [Option<FlexTensor>; 3] {
    let (x, weight) = (Dense::new(x), contiguous(weight));
    let shape = conv_shape(x.dims, &weight, options);
    let gradient = through_relu(output, Dense::new(gradient)).channels_last();
    let g = gradient.values();
    let dx = wanted[0].then(|| {
        let mut dx = garbage(shape.y_len());
        let weight = weight.storage();
        cpu::conv2d(&shape, g, gradient.order, weight, None, Act::None, &mut dx, Order::Nhwc);
        images(dx, x.dims, Order::Nhwc)
    });
    let dw = wanted[1].then(|| {
        let mut dw = garbage(shape.weight_len());
        cpu::conv2d_weight_grad(&shape, g, gradient.order, x.values(), x.order, &mut dw, None);
        tensor(dw, dims4(&weight))
    });
    let db = wanted[2].then(|| {
        let mut db = garbage(shape.c);
        cpu::column_sums(g, &mut db);
        tensor(db, [shape.c])
    });
    [dx, dw, db]
}
