//! Between flex's tensors and the kernels' slices.

mod batch_norm;
mod conv;
mod conv_transpose;
mod cross_entropy;
mod dropout;
mod elementwise;
mod flatten;
mod layer_norm;
mod linear;
mod pool;
mod recurrent;
mod squared_norm;
mod together;
mod tokens;

pub(crate) use batch_norm::{batch_norm, batch_norm_backward};
pub(crate) use conv::{conv2d, conv2d_backward, conv2d_relu_pool, conv2d_relu_pool_backward};
pub(crate) use conv_transpose::{conv_transpose2d, conv_transpose2d_backward};
pub(crate) use cross_entropy::{Targets, cross_entropy, cross_entropy_backward};
pub(crate) use dropout::dropout;
pub(crate) use elementwise::{add, add_backward, curve, curve_backward, scale, scale_backward, sum};
pub(crate) use flatten::{flatten, flatten_backward};
pub(crate) use layer_norm::{layer_norm, layer_norm_backward};
pub(crate) use linear::{linear, linear_backward};
pub(crate) use pool::{
    Windows, avg_pool2d, avg_pool2d_backward, global_avg_pool2d, global_avg_pool2d_backward,
    global_max_pool2d, global_max_pool2d_backward, max_pool2d, max_pool2d_backward,
};
pub(crate) use recurrent::{gru, gru_backward, lstm, lstm_backward};
pub(crate) use squared_norm::squared_norm;
pub(crate) use together::{Normalised, batch_norm_together, batch_norm_together_backward};
pub(crate) use tokens::{
    Heads, Labels, Rotation, attention, attention_backward, embedding, embedding_backward,
    linear_cross_entropy, linear_cross_entropy_backward, residual, rms_norm, rms_norm_backward, rotary,
    swiglu, swiglu_backward,
};

use burn::backend::TensorMetadata;
use burn::backend::flex::{FlexTensor, Layout};
use burn::tensor::{Bytes, DType, Shape};

use crate::cpu::{self, Order};

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

/// A tensor like `x`, which is one of [`rows`], with other values.
fn like(x: &FlexTensor, values: Vec<f32>) -> FlexTensor {
    FlexTensor::new(Bytes::from_elems(values), x.layout().clone(), DType::F32)
}
