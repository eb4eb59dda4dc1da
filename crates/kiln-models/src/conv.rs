//! A convolution with what follows it: norm, activation, max-pooling, dropout.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::nn::pool::{MaxPool2d, MaxPool2dConfig};
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::Activation;
use crate::config::Norm;
use crate::dropout::Dropout;
use crate::init::Init;
use crate::norm::Normalization;

#[derive(Module, Debug)]
pub(crate) struct ConvBlock {
    conv: Conv2d,
    norm: Option<Normalization>,
    #[module(skip)]
    activation: Activation,
    pool: Option<MaxPool2d>,
    dropout: Dropout,
}

/// What distinguishes one block from another, beside its channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvStyle {
    pub(crate) kernel: usize,
    pub(crate) norm: Norm,
    pub(crate) activation: Activation,
    /// Side and stride of the pooling; 1 for none.
    pub(crate) pool: usize,
    pub(crate) dropout: f64,
}

impl ConvBlock {
    pub(crate) fn new(init: &mut Init<'_>, inputs: usize, outputs: usize, style: ConvStyle) -> Self {
        Self {
            conv: init.conv(inputs, outputs, style.kernel, style.norm.keeps_bias()),
            norm: style.norm.init(outputs, init.device()),
            activation: style.activation,
            pool: (style.pool > 1).then(|| MaxPool2dConfig::new([style.pool, style.pool]).init()),
            dropout: Dropout::checked(style.dropout),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        let mut x = self.conv.forward(x);
        if let Some(norm) = &self.norm {
            x = norm.forward(x);
        }
        x = match &self.pool {
            // The maximum of a monotone function is the function of the maximum: fewer elements to compute.
            Some(pool) if self.activation.is_monotone() => self.activation.forward(pool.forward(x)),
            Some(pool) => pool.forward(self.activation.forward(x)),
            None => self.activation.forward(x),
        };
        self.dropout.forward(x, seed)
    }
}
