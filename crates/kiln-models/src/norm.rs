//! Normalisation layers, as PyTorch has them.
//!
//! The parameters are those of Burn's layers, the arithmetic of layer norm, and of batch norm in training, is kiln's: fused
//! with what follows, and with the running variance of PyTorch, which is the unbiased one (divided by n - 1; Burn's divides
//! by n).
//!
//! A batch of one value for each channel has no variance: batch norm then gives its shift alone, where PyTorch refuses,
//! and leaves the running variance as it is.

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, LayerNorm, LayerNormConfig};
use burn::tensor::{Device, Tensor};
use kiln_kernels::{Act, BatchStatistics, batch_norm, layer_norm};

use crate::Norm;

/// What layer norm adds to a variance: the default of PyTorch and of Burn, whose layer does not tell it.
const LAYER_EPSILON: f64 = 1e-5;

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
            Self::Layer => {
                let config = LayerNormConfig::new(width).with_epsilon(LAYER_EPSILON);
                Some(Normalization::Layer(config.init(device)))
            }
        }
    }

    /// Whether the layer before has a bias: batch norm would subtract it again.
    pub(crate) fn keeps_bias(self) -> bool {
        self != Self::Batch
    }
}

impl Normalization {
    /// Normalises `[N, C]` or `[N, C, …]`, and applies `act`.
    pub(crate) fn forward<const D: usize>(&self, x: Tensor<D>, act: Act) -> Tensor<D> {
        match self {
            Self::Batch(norm) if x.device().is_autodiff() && norm.training.is_enabled() => {
                train(norm, x, act)
            }
            Self::Batch(norm) => act.apply(norm.forward(x)),
            Self::Layer(norm) => match &norm.beta {
                Some(beta) => layer_norm(x, norm.gamma.val(), beta.val(), LAYER_EPSILON, act),
                None => act.apply(norm.forward(x)),
            },
        }
    }
}

fn train<const D: usize>(norm: &BatchNorm, x: Tensor<D>, act: Act) -> Tensor<D> {
    let values = x.shape().num_elements() / x.dims()[1];
    let BatchStatistics { output, mean, variance } =
        batch_norm(x, norm.gamma.val(), norm.beta.val(), norm.epsilon, act);
    let moved = |running: Tensor<1>, new: Tensor<1>, scale: f64| {
        running.mul_scalar(1.0 - norm.momentum).add(new.mul_scalar(norm.momentum * scale)).detach()
    };
    norm.running_mean.update(moved(norm.running_mean.value_sync(), mean.detach(), 1.0));
    if values > 1 {
        let unbiased = values as f64 / (values - 1) as f64;
        norm.running_var.update(moved(norm.running_var.value_sync(), variance.detach(), unbiased));
    }
    output
}
