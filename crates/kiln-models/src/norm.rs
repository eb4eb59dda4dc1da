//! Normalisation layers, as PyTorch has them but for one point.
//!
//! Burn's batch norm follows PyTorch's with one exception: the running variance is updated with the *biased*
//! variance of the batch (divided by n), PyTorch's with the unbiased one (divided by n - 1). In training both
//! normalise with the biased one, so losses and gradients agree; in evaluation the difference is a factor of
//! `n / (n - 1)` on the variance, with n the items of a batch times the pixels of a map.
//!
//! A batch of one row of a table has no variance: batch norm then gives its shift alone, where PyTorch refuses.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor};

use crate::Norm;

#[derive(Module, Debug)]
pub(crate) enum Normalization {
    Batch(BatchNorm),
    Layer(LayerNorm),
}

impl Norm {
    /// The layer for `width` channels (at least 1): scale 1, shift 0.
    pub(crate) fn init(self, width: usize, device: &Device) -> Option<Normalization> {
        match self {
            Self::None => None,
            Self::Batch => Some(Normalization::Batch(BatchNormConfig::new(width).init(device))),
            Self::Layer => Some(Normalization::Layer(LayerNormConfig::new(width).init(device))),
        }
    }

    /// Whether the layer before has a bias: batch norm would subtract it again.
    pub(crate) fn keeps_bias(self) -> bool {
        self != Self::Batch
    }
}

impl Normalization {
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::Batch(norm) => norm.forward(x),
            Self::Layer(norm) => norm.forward(x),
        }
    }
}
