//! Convolutions.

use std::sync::Arc;

use burn::backend::flex::FlexTensor;
use burn::tensor::ops::ConvOptions;

use super::{Dense, contiguous, dims4, garbage, images, tensor};
use crate::Act;
use crate::cpu::{self, ConvShape, Order};

fn conv_shape([n, c, h, w]: [usize; 4], weight: &FlexTensor, options: &ConvOptions<2>) -> ConvShape {
    let [k, _, r, s] = dims4(weight);
    let (stride, dilation) = (options.stride, options.dilation);
    ConvShape {
        n,
        c,
        h,
        w,
        k,
        r,
        s,
        stride,
        padding: options.padding_begin(),
        dilation,
        groups: options.groups,
    }
}

pub(crate) fn conv2d(
    x: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    options: &ConvOptions<2>,
    act: Act,
) -> FlexTensor {
    let (x, weight, bias) = (Dense::new(x), contiguous(weight), contiguous(bias));
    let shape = conv_shape(x.dims, &weight, options);
    let dims = [shape.n, shape.k, shape.ho(), shape.wo()];
    let mut y = garbage(dims.iter().product());
    let bias = Some(bias.storage());
    cpu::conv2d(&shape, x.values(), x.order, weight.storage(), bias, act, &mut y, Order::Nhwc);
    images(y, dims, Order::Nhwc)
}

/// Gradients of input, weight and bias, those that are wanted. `output` is there when it went through relu.
pub(crate) fn conv2d_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    output: Option<&FlexTensor>,
    gradient: &FlexTensor,
    options: &ConvOptions<2>,
    wanted: [bool; 3],
) -> [Option<FlexTensor>; 3] {
    let (x, weight) = (Dense::new(x), contiguous(weight));
    let shape = conv_shape(x.dims, &weight, options);
    let gradient = through_relu(output, Dense::new(gradient));
    let dx = wanted[0].then(|| {
        let mut dx = garbage(x.values().len());
        let order = if x.order == Order::Nchw && shape.c == 1 { Order::Nchw } else { Order::Nhwc };
        cpu::conv2d_input_grad(&shape, gradient.values(), gradient.order, weight.storage(), &mut dx, order);
        images(dx, x.dims, order)
    });
    let (dw, db) = weight_gradients(&shape, &x, &gradient, &weight, wanted);
    [dx, dw, db]
}

/// What relu lets through of a gradient; all of it where there was none.
pub(super) fn through_relu(output: Option<&FlexTensor>, gradient: Dense) -> Dense {
    let Some(output) = output else { return gradient };
    // The output of these kernels is channels-last.
    let (output, mut gradient) = (Dense::new(output).channels_last(), gradient.channels_last());
    let mut through = garbage(gradient.values().len());
    cpu::relu_grad(output.values(), gradient.values(), &mut through);
    gradient.tensor = images(through, gradient.dims, Order::Nhwc);
    gradient
}

fn weight_gradients(
    shape: &ConvShape,
    x: &Dense,
    gradient: &Dense,
    weight: &FlexTensor,
    wanted: [bool; 3],
) -> (Option<FlexTensor>, Option<FlexTensor>) {
    if !wanted[1] && !wanted[2] {
        return (None, None);
    }
    let dims = dims4(weight);
    let mut dw = garbage(dims.iter().product());
    let mut db = wanted[2].then(|| garbage(shape.k));
    let (x_values, g) = (x.values(), gradient.values());
    cpu::conv2d_weight_grad(shape, x_values, x.order, g, gradient.order, &mut dw, db.as_deref_mut());
    (wanted[1].then(|| tensor(dw, dims)), db.map(|db| tensor(db, [shape.k])))
}

/// The output, and which pixel of each square it comes from.
pub(crate) fn conv2d_relu_pool(
    x: &FlexTensor,
    weight: &FlexTensor,
    bias: &FlexTensor,
    options: &ConvOptions<2>,
) -> (FlexTensor, Arc<Vec<u8>>) {
    let (x, weight, bias) = (Dense::new(x), contiguous(weight), contiguous(bias));
    let shape = conv_shape(x.dims, &weight, options);
    let dims = [shape.n, shape.k, shape.ho() / 2, shape.wo() / 2];
    let len = dims.iter().product();
    let (mut y, mut index) = (garbage(len), garbage(len));
    let bias = bias.storage();
    cpu::conv2d_relu_pool(
        &shape,
        x.values(),
        x.order,
        weight.storage(),
        bias,
        &mut y,
        Order::Nhwc,
        &mut index,
    );
    (images(y, dims, Order::Nhwc), Arc::new(index))
}

pub(crate) fn conv2d_relu_pool_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    index: &[u8],
    gradient: &FlexTensor,
    options: &ConvOptions<2>,
    wanted: [bool; 3],
) -> [Option<FlexTensor>; 3] {
    let (x, weight, gradient) = (Dense::new(x), contiguous(weight), Dense::new(gradient));
    let shape = conv_shape(x.dims, &weight, options);
    let order = if shape.c == 1 { Order::Nchw } else { Order::Nhwc };
    let mut dx = wanted[0].then(|| garbage(x.values().len()));
    let dims = dims4(&weight);
    let mut dw = garbage(dims.iter().product());
    let mut db = wanted[2].then(|| garbage(shape.k));
    cpu::conv2d_relu_pool_grad(
        &shape,
        x.values(),
        x.order,
        weight.storage(),
        gradient.values(),
        gradient.order,
        index,
        dx.as_deref_mut().map(|dx: &mut [f32]| (dx, order)),
        &mut dw,
        db.as_deref_mut(),
    );
    [
        dx.map(|dx| images(dx, x.dims, order)),
        wanted[1].then(|| tensor(dw, dims)),
        db.map(|db| tensor(db, [shape.k])),
    ]
}
