//! Kernels for GPUs, written in CubeCL, where what Burn composes is many launches.

mod add;
mod attention;
mod autodiff;
mod batch_norm;
mod conv;
mod cross_entropy;
mod curve;
mod dense;
mod dropout;
mod formula;
mod layer_norm;
mod mean;
mod parameters;
mod pixels;
mod pool;
mod softmax;
mod stack;
mod sums;
mod tensors;
mod weighted_sum;

pub(crate) use autodiff::{
    add_relu, batch_norm, conv2d, cross_entropy, curve, dropout, layer_norm, linear, linear_relu_dropout,
    max_pool2d, mean, self_attention, softmax,
};
pub(crate) use batch_norm::fits as fits_batch_norm;
pub(crate) use conv::{After, Window};
pub(crate) use cross_entropy::MOST_CLASSES;
pub(crate) use formula::update;
pub(crate) use layer_norm::fits_rows;
pub(crate) use mean::MOST_NUMBERS;
pub(crate) use pixels::pixels;
pub(crate) use stack::stack;
pub(crate) use tensors::{has_kernels, has_kernels_on, own};
pub(crate) use weighted_sum::weighted_sums;
