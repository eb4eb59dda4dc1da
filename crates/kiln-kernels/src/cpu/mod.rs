//! Kernels for CPUs, on plain `f32` slices.
//!
//! Every function checks its slices' lengths against the shape it is given and panics before it computes anything if one
//! does not fit. Results go to slices that the caller gives; each of their elements is written, whatever it held.
//!
//! * **Instruction sets** are detected at run time: AVX-512, AVX2 with FMA, NEON, or portable code.
//! * **Threads** are those of rayon's current pool. Small work stays on the calling thread.
//! * **Results have equal bits for any number of threads**: work is divided, and sums are ordered, by the shape alone.
//!   (Other instruction sets round differently.)
//! * **NaN** is never swallowed: relu and maximum keep it, as PyTorch's do.

mod arch;
mod conv;
mod order;
mod parallel;
mod scratch;
mod tile;

#[cfg(test)]
mod tests;

pub use conv::{
    Act, ConvShape, conv2d, conv2d_input_grad, conv2d_relu_pool, conv2d_relu_pool_grad, conv2d_weight_grad,
};
pub use order::{Order, reorder};
