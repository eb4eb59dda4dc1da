//! The operations on Burn's tensors: own kernels where the tensors are plain memory, else composed.

mod attention;
mod batch_norm;
mod conv;
mod conv_transpose;
mod cross_entropy;
mod dropout;
mod elementwise;
mod embedding;
mod flatten;
mod layer_norm;
mod linear;
mod linear_cross_entropy;
mod mean;
mod pixels;
mod pool;
mod recompute;
mod recurrent;
mod residual;
mod rms_norm;
mod rotary;
mod sequences;
mod softmax;
mod squared_norm;
mod stack;
mod swiglu;
mod weighted_sum;

use burn::tensor::{DType, Tensor, activation};

pub use attention::{
    attention, attention_weights, attention_with_dropout, self_attention, self_attention_with_dropout,
};
pub use batch_norm::{BatchStatistics, batch_norm};
pub use conv::{conv2d, conv2d_relu_pool};
pub use conv_transpose::{conv_transpose1d, conv_transpose2d, conv1d};
pub use cross_entropy::cross_entropy;
pub use dropout::dropout;
pub use elementwise::{add, gelu, hard_sigmoid, hard_swish, mish, scale, selu, sigmoid, silu};
pub use embedding::embedding;
pub use flatten::flatten;
pub use layer_norm::layer_norm;
pub use linear::{linear, linear_relu_dropout};
pub use linear_cross_entropy::linear_cross_entropy;
pub use mean::mean;
pub use pixels::{pixels, takes_bytes};
pub use pool::{avg_pool2d, global_avg_pool2d, global_max_pool2d, max_pool2d, max_pool2d_windows};
pub use recompute::recomputed;
pub use recurrent::{gru, lstm};
pub use residual::residual;
pub use rms_norm::rms_norm;
pub use rotary::Rotary;
pub use sequences::Sequences;
pub use softmax::softmax;
pub use squared_norm::squared_norm;
pub use stack::stack;
pub use swiglu::swiglu;
pub use weighted_sum::{weighted_sum, weighted_sums};

use crate::Act;

impl Act {
    /// Applies the function to every element.
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::None => x,
            Self::Relu => activation::relu(x),
        }
    }
}

/// `x` in the type of the weight that it meets in a product, where one of them is in 16 bits. Any other difference is a mistake, which Burn
/// reports.
fn in_type_of<const D: usize, const E: usize>(x: Tensor<D>, weight: &Tensor<E>) -> Tensor<D> {
    let (own, other) = (x.dtype(), weight.dtype());
    let lower = |dtype| matches!(dtype, DType::F16 | DType::BF16);
    if own != other && (lower(own) || lower(other)) { x.cast(other) } else { x }
}

/// Whether the tensor is f32 memory of the backend flex.
#[cfg(feature = "flex")]
fn has_kernels<const D: usize>(x: &Tensor<D>) -> bool {
    use burn::tensor::Device;
    x.dtype() == DType::F32 && x.device().inner() == Device::flex()
}

/// How filters go over images on a GPU; `None` where that is not for kiln's own kernels.
#[cfg(feature = "wgpu")]
fn window(
    x: &Tensor<4>,
    weight: &Tensor<4>,
    options: &burn::tensor::ops::ConvOptions<2>,
) -> Option<crate::gpu::Window> {
    let are_there = crate::gpu::has_kernels(x) && crate::gpu::has_kernels(weight);
    crate::gpu::Window::new(options, weight.dims(), x.dims()).filter(|_| are_there)
}
