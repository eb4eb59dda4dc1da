//! Fused operations for Burn modules: what a layer does in one call, with kernels of their own on the CPU backend
//! `flex` and composed from Burn's operations everywhere else.
//!
//! Every operation takes and gives Burn tensors, is differentiable, and means the same on every backend. On flex, in
//! f32, it runs on the kernels of [`cpu`], which give equal bits for any number of threads. Other backends and data
//! types get Burn's own operations. Which of the two it was can be seen in the speed and in the last bits only.
//!
//! Between two convolutions the kernels keep images channels-last in memory (N, H, W, C). Shapes and indices are Burn's
//! (N, C, H, W) all the time; an operation that needs the other order in memory makes a copy.
//!
//! Temporary tensors are large and short-lived. The allocators of most systems return such memory to the system and
//! fetch it anew in every step, which can cost a third of it: a program that trains should set an allocator that
//! keeps it, such as the crate `mimalloc`, as the command `kiln` does, with `keep_freed_memory` (feature `mimalloc`).
//!
//! Burn is behind the feature `tensors`, which those of the backends have in them. Without it there is [`cpu`] alone.
//!
#![cfg_attr(not(feature = "tensors"), doc = "```ignore")]
#![cfg_attr(feature = "tensors", doc = "```")]
//! use burn::tensor::{Device, Tensor};
//! use kiln_kernels::{Act, linear};
//!
//! let device = Device::default().autodiff();
//! let x = Tensor::<2>::from_floats([[1.0, -2.0]], &device);
//! let weight = Tensor::<2>::from_floats([[3.0, 0.5], [1.0, 2.0]], &device).require_grad();
//! let y = linear(x, weight.clone(), None, Act::Relu);
//! assert_eq!(y.to_data(), [[1.0f32, 0.0]].into());
//! let gradients = y.sum().backward();
//! assert_eq!(weight.grad(&gradients).unwrap().into_data(), [[1.0f32, 0.0], [-2.0, 0.0]].into());
//! ```

#[cfg(feature = "flex")]
mod autodiff;
pub mod cpu;
#[cfg(feature = "flex")]
mod flex;
#[cfg(feature = "tensors")]
pub mod formula;
#[cfg(feature = "wgpu")]
mod gpu;
#[cfg(feature = "mimalloc")]
mod memory;
#[cfg(feature = "tensors")]
mod op;
#[cfg(feature = "tensors")]
mod recomputable;
#[cfg(feature = "tensors")]
mod together;

pub use cpu::{Act, NormAct};
#[cfg(feature = "mimalloc")]
pub use memory::keep_freed_memory;
#[cfg(feature = "tensors")]
pub use op::{
    BatchStatistics, Rotary, Sequences, add, attention, attention_weights, attention_with_dropout,
    avg_pool2d, batch_norm, conv_transpose1d, conv_transpose2d, conv1d, conv2d, conv2d_relu_pool,
    cross_entropy, dropout, embedding, flatten, gelu, global_avg_pool2d, global_max_pool2d, gru,
    hard_sigmoid, hard_swish, layer_norm, linear, linear_cross_entropy, linear_relu_dropout, lstm,
    max_pool2d, max_pool2d_windows, mean, mish, pixels, recomputed, residual, rms_norm, scale,
    self_attention, self_attention_with_dropout, selu, sigmoid, silu, softmax, squared_norm, stack, swiglu,
    takes_bytes, weighted_sum, weighted_sums,
};
#[cfg(feature = "tensors")]
pub use recomputable::Recomputable;
#[cfg(feature = "tensors")]
pub use together::{Together, together};
