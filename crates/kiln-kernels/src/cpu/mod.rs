//! Kernels for CPUs, on plain `f32` slices.
//!
//! Every function checks its slices' lengths against the shape it is given and panics before it computes anything if one
//! does not fit. Results go to slices that the caller gives; each of their elements is written, whatever it held.
//!
//! * **Instruction sets** are detected at run time: AVX-512, AVX2 with FMA, NEON, or portable code. A module of WebAssembly has the vectors
//!   that it was compiled with (`-C target-feature=+simd128`).
//! * **Threads** are those of rayon's current pool. Small work stays on the calling thread.
//! * **Results have equal bits for any number of threads**: work is divided, and sums are ordered, by the shape alone.
//!   (Other instruction sets round differently.)
//! * **NaN** is never swallowed: relu and maximum keep it, as PyTorch's do.

// Kernels index several arrays in step, which iterators would hide, not shorten.
#![allow(clippy::needless_range_loop)]

mod act;
mod arch;
mod attention;
mod batch_norm;
mod column_sums;
mod conv;
mod cross_entropy;
mod curve;
#[cfg(feature = "tensors")]
mod dropout;
#[cfg(not(feature = "tensors"))]
#[path = "no_dropout.rs"]
mod dropout;
mod embedding;
mod gated;
mod layer_norm;
mod linear;
mod linear_cross_entropy;
mod order;
mod packed;
mod panels;
mod parallel;
mod pool;
mod product;
mod recurrent;
mod relu;
mod residual;
#[cfg(feature = "tensors")]
mod residual_dropout;
mod rms_norm;
mod rotary;
mod rows;
mod scratch;
mod squared_norm;
mod tile;
mod transpose;

#[cfg(test)]
mod tests;

pub use act::{Act, NormAct};
pub use arch::{Vectorize, vectorized};
#[cfg(any(feature = "tensors", test))]
pub(crate) use attention::share_factors;
pub use attention::{AttentionShape, attention, attention_grad};
pub use batch_norm::{
    Norm, Statistics, batch_norm, batch_norm_grad, batch_norm_grad_in_place, batch_norm_stats,
};
pub use column_sums::column_sums;
pub use conv::{
    ConvShape, PackedConv, conv_transpose2d, conv2d, conv2d_input_grad, conv2d_relu_pool,
    conv2d_relu_pool_grad, conv2d_weight_grad,
};
pub use cross_entropy::{cross_entropy, cross_entropy_grad};
pub use curve::{Curve, curve, curve_grad, curve_in_place};
pub use dropout::Mask;
#[cfg(feature = "tensors")]
pub use dropout::{dropout, dropout_channels_last};
pub use embedding::{embedding, embedding_grad};
pub use gated::{swiglu, swiglu_grad};
pub use layer_norm::{layer_norm, layer_norm_grad};
pub use linear::{LinearShape, linear, linear_grad};
pub use linear_cross_entropy::{LinearCrossEntropy, LinearCrossEntropyGrad, linear_cross_entropy};
pub use order::{Order, reorder};
pub use packed::PackedLinear;
pub use pool::{
    PoolShape, avg_pool2d, avg_pool2d_grad, global_max_pool, global_max_pool_grad, global_mean_pool,
    global_mean_pool_grad, max_pool2d, max_pool2d_grad,
};
pub use recurrent::{GruStates, LstmStates, RecurrentShape, gru, gru_grad, lstm, lstm_grad};
pub use relu::{relu, relu_grad};
pub use residual::{add, add_onto, scale, scale_grad, scale_in_place};
#[cfg(feature = "tensors")]
pub use residual_dropout::residual_dropout;
pub use rms_norm::{rms_norm, rms_norm_grad};
pub use rotary::{Angles, rotary};
pub use scratch::Scratch;
pub use squared_norm::squared_norm;
