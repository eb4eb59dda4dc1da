//! Kernels for GPUs, written in CubeCL, where what Burn composes is many launches.

mod autodiff;
mod cross_entropy;
mod dense;
mod dropout;
mod formula;
mod pool;
mod tensors;

pub(crate) use autodiff::{conv2d_relu_pool, cross_entropy, dropout, linear};
pub(crate) use cross_entropy::MOST_CLASSES;
pub(crate) use dense::MOST_ROWS;
pub(crate) use formula::update;
pub(crate) use tensors::{has_kernels, own};
