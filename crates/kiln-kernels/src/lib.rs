//! Fast kernels for training neural networks, without a tensor library around them.

pub mod cpu;
