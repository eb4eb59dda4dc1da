//! Between flex's tensors and the kernels' slices.

use std::sync::Arc;

use burn::backend::TensorMetadata;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Bytes, DType, Shape};

use crate::Act;
use crate::cpu::{self, ConvShape, LinearShape, Mask, Norm, Order, PoolShape, Statistics};

/// A 4-D tensor without gaps in memory, and the order of its elements there.
struct Dense {
    tensor: FlexTensor,
    order: Order,
    dims: [usize; 4],
}

impl Dense {
    /// No copy when the elements lie in one of the two orders already.
    fn new(tensor: &FlexTensor) -> Self {
        let dims = dims4(tensor);
        if covers_its_memory(tensor) {
            // Dimensions of one element have no stride to speak of: both orders may fit, and then either is right.
            if tensor.is_contiguous() {
                return Self { tensor: tensor.clone(), order: Order::Nchw, dims };
            }
            if tensor.layout().strides() == channels_last(dims) {
                return Self { tensor: tensor.clone(), order: Order::Nhwc, dims };
            }
        }
        Self { tensor: tensor.to_contiguous(), order: Order::Nchw, dims }
    }

    fn values(&self) -> &[f32] {
        self.tensor.storage()
    }

    /// The same elements in another order.
    fn reordered(self, order: Order) -> Self {
        if self.order == order {
            return self;
        }
        let [n, c, h, w] = self.dims;
        let mut values = garbage(n * c * h * w);
        cpu::reorder(n, c, h * w, self.values(), self.order, &mut values, order);
        Self { tensor: images(values, self.dims, order), order, dims: self.dims }
    }

    fn channels_last(self) -> Self {
        self.reordered(Order::Nhwc)
    }
}

fn covers_its_memory(tensor: &FlexTensor) -> bool {
    tensor.layout().start_offset() == 0
        && tensor.bytes().len() == tensor.layout().num_elements() * size_of::<f32>()
}

fn channels_last([_, c, h, w]: [usize; 4]) -> [isize; 4] {
    [h * w * c, 1, w * c, c].map(|stride| stride as isize)
}

pub(crate) fn dims4(tensor: &FlexTensor) -> [usize; 4] {
    tensor.shape().dims()
}

/// The elements in row-major order, without a copy where they lie so already.
fn contiguous(tensor: &FlexTensor) -> FlexTensor {
    if covers_its_memory(tensor) && tensor.is_contiguous() { tensor.clone() } else { tensor.to_contiguous() }
}

/// Memory for `len` values that are all going to be written.
///
/// Zeroing it first would take as long as a cheap kernel.
fn garbage<T: Plain>(len: usize) -> Vec<T> {
    let mut values = Vec::with_capacity(len);
    // SAFETY: the capacity is `len`, any bits are a value of `T`, and the kernels write every element before it is read.
    #[allow(clippy::uninit_vec)]
    unsafe {
        values.set_len(len);
    }
    values
}

/// Types of which any bits are a value.
trait Plain {}
impl Plain for f32 {}
impl Plain for u8 {}
impl Plain for u32 {}

fn tensor<const D: usize>(values: Vec<f32>, dims: [usize; D]) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), Layout::contiguous(Shape::from(dims)), DType::F32)
}

fn images(values: Vec<f32>, dims: [usize; 4], order: Order) -> FlexTensor {
    let shape = Shape::from(dims);
    let layout = match order {
        Order::Nchw => Layout::contiguous(shape),
        Order::Nhwc => Layout::new(shape, channels_last(dims).to_vec(), 0),
    };
    FlexTensor::new(Bytes::from_elems(values), layout, DType::F32)
}

pub(crate) fn linear(x: &FlexTensor, weight: &FlexTensor, bias: &FlexTensor, act: Act) -> FlexTensor {
    let (x, weight, bias) = (contiguous(x), contiguous(weight), contiguous(bias));
    let ([n, inputs], [_, outputs]) = (x.shape().dims::<2>(), weight.shape().dims::<2>());
    let mut y = garbage(n * outputs);
    let shape = LinearShape { m: n, k: inputs, n: outputs };
    cpu::linear(shape, x.storage(), weight.storage(), Some(bias.storage()), act, &mut y);
    tensor(y, [n, outputs])
}

/// Gradients of input, weight and bias, those that are wanted.
pub(crate) fn linear_backward(
    x: &FlexTensor,
    weight: &FlexTensor,
    output: Option<&FlexTensor>,
    gradient: &FlexTensor,
    wanted: [bool; 3],
) -> [Option<FlexTensor>; 3] {
    let (x, weight, gradient) = (contiguous(x), contiguous(weight), contiguous(gradient));
    let ([n, inputs], [_, outputs]) = (x.shape().dims::<2>(), weight.shape().dims::<2>());
    let output = output.map(contiguous);
    let mut dx = wanted[0].then(|| garbage(n * inputs));
    let mut dw = garbage(inputs * outputs);
    let mut db = wanted[2].then(|| garbage(outputs));
    cpu::linear_grad(
        LinearShape { m: n, k: inputs, n: outputs },
        x.storage(),
        weight.storage(),
        output.as_ref().map(|output| output.storage()),
        gradient.storage(),
        dx.as_deref_mut(),
        &mut dw,
        db.as_deref_mut(),
    );
    [
        dx.map(|dx| tensor(dx, [n, inputs])),
        wanted[1].then(|| tensor(dw, [inputs, outputs])),
        db.map(|db| tensor(db, [outputs])),
    ]
}

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
    let mut gradient = Dense::new(gradient);
    if let Some(output) = output {
        // The output of these kernels is channels-last.
        let output = Dense::new(output).channels_last();
        gradient = gradient.channels_last();
        let mut through = garbage(gradient.values().len());
        cpu::relu_grad(output.values(), gradient.values(), &mut through);
        gradient.tensor = images(through, gradient.dims, Order::Nhwc);
    }
    let dx = wanted[0].then(|| {
        let mut dx = garbage(x.values().len());
        let order = if x.order == Order::Nchw && shape.c == 1 { Order::Nchw } else { Order::Nhwc };
        cpu::conv2d_input_grad(&shape, gradient.values(), gradient.order, weight.storage(), &mut dx, order);
        images(dx, x.dims, order)
    });
    let (dw, db) = weight_gradients(&shape, &x, &gradient, &weight, wanted);
    [dx, dw, db]
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
) -> (FlexTensor, Arc<[u8]>) {
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
    (images(y, dims, Order::Nhwc), index.into())
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

/// Rows of channels: a table as it is, images channels-last.
fn rows(x: &FlexTensor) -> (FlexTensor, usize) {
    let channels = x.shape()[1];
    let x = if x.shape().num_dims() == 4 { Dense::new(x).channels_last().tensor } else { contiguous(x) };
    (x, channels)
}

/// A tensor like `x`, which is one of [`rows`], with other values.
fn like(x: &FlexTensor, values: Vec<f32>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), x.layout().clone(), DType::F32)
}

/// Output, mean and biased variance.
pub(crate) fn batch_norm(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    epsilon: f64,
    act: Act,
) -> (FlexTensor, FlexTensor, FlexTensor) {
    let ((x, c), gamma, beta) = (rows(x), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut mean, mut variance, mut y) = (garbage(c), garbage(c), garbage(values.len()));
    cpu::batch_norm_stats(values, &mut mean, &mut variance);
    let (gamma, beta) = (gamma.storage(), beta.storage());
    cpu::batch_norm(values, Norm { mean: &mean, var: &variance, eps: epsilon, gamma, beta }, act, &mut y);
    (like(&x, y), tensor(mean, [c]), tensor(variance, [c]))
}

/// Gradients of input, scale and shift.
pub(crate) fn batch_norm_backward(
    x: &FlexTensor,
    gamma: &FlexTensor,
    beta: &FlexTensor,
    [mean, variance]: [&FlexTensor; 2],
    epsilon: f64,
    act: Act,
    gradient: &FlexTensor,
) -> [FlexTensor; 3] {
    let ((x, c), (gradient, _), gamma, beta) = (rows(x), rows(gradient), contiguous(gamma), contiguous(beta));
    let values: &[f32] = x.storage();
    let (mut dx, mut dgamma, mut dbeta) = (garbage(values.len()), garbage(c), garbage(c));
    let (gamma, beta) = (gamma.storage(), beta.storage());
    let norm = Norm { mean: mean.storage(), var: variance.storage(), eps: epsilon, gamma, beta };
    let (g, statistics) = (gradient.storage(), Statistics::Batch);
    cpu::batch_norm_grad(values, g, norm, act, statistics, &mut dx, &mut dgamma, &mut dbeta);
    [like(&x, dx), tensor(dgamma, [c]), tensor(dbeta, [c])]
}

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

pub(crate) fn dropout(x: &FlexTensor, mask: Mask) -> FlexTensor {
    if x.shape().num_dims() == 4 {
        let x = Dense::new(x);
        if x.order == Order::Nhwc {
            let mut y = garbage(x.values().len());
            cpu::dropout_channels_last(x.values(), x.dims, mask, &mut y);
            return images(y, x.dims, Order::Nhwc);
        }
    }
    let x = contiguous(x);
    let mut y = garbage(x.layout().num_elements());
    cpu::dropout(x.storage(), mask, &mut y);
    like(&x, y)
}
