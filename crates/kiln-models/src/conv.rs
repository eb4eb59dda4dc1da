//! A convolution with what follows it: norm, activation, max-pooling, dropout.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use burn::tensor::ops::ConvOptions;
use kiln_core::Seed;
use kiln_kernels::{Act, conv2d, conv2d_relu_pool, max_pool2d};

use crate::dropout::{ConvDropout, ConvDropoutStyle};
use crate::init::Init;
use crate::norm::Normalization;
use crate::observe::Observer;
use crate::{Activation, Norm, Operation};

#[derive(Module, Debug)]
pub(crate) struct ConvBlock {
    conv: Conv2d,
    norm: Option<Normalization>,
    #[module(skip)]
    activation: Activation,
    /// Side and stride of the pooling; 1 for none.
    pool: usize,
    dropout: ConvDropout,
}

/// What distinguishes one block from another, beside its channels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ConvStyle {
    pub(crate) kernel: usize,
    pub(crate) norm: Norm,
    pub(crate) activation: Activation,
    /// Side and stride of the pooling; 1 for none.
    pub(crate) pool: usize,
    pub(crate) dropout: ConvDropoutStyle,
}

impl ConvBlock {
    pub(crate) fn new(init: &mut Init<'_>, inputs: usize, outputs: usize, style: ConvStyle) -> Self {
        Self {
            conv: init.conv(inputs, outputs, style.kernel, style.norm.keeps_bias()),
            norm: style.norm.init(outputs, init.device()),
            activation: style.activation,
            pool: style.pool,
            dropout: style.dropout.init(),
        }
    }

    /// What it does, as the block at `path`.
    pub(crate) fn operations(&self, path: &str) -> Vec<Operation> {
        let [kernel, _] = self.conv.kernel_size;
        let (layer, bias) = (format!("{path}.conv"), self.conv.bias.is_some());
        let conv = Operation::Conv { layer, bias, kernel, stride: 1, padding: kernel / 2, groups: 1 };
        let norm = self.norm.as_ref().map(|norm| norm.operation(format!("{path}.norm")));
        let rest = [norm, Operation::activation(self.activation), Operation::pool(self.pool)];
        [conv].into_iter().chain(rest.into_iter().flatten()).collect()
    }

    pub(crate) fn forward(
        &self,
        x: Tensor<4>,
        seed: Option<Seed>,
        path: impl FnOnce() -> String,
        observer: &mut Observer<'_>,
    ) -> Tensor<4> {
        let x = self.features(x);
        observer.see(path, &x);
        self.dropout.forward(x, seed)
    }

    /// All but the dropout.
    fn features(&self, x: Tensor<4>) -> Tensor<4> {
        let weight = self.conv.weight.val();
        let bias = self.conv.bias.as_ref().map(|bias| bias.val());
        let padding = self.conv.kernel_size.map(|side| side / 2);
        let options = ConvOptions::new(self.conv.stride, padding, self.conv.dilation, self.conv.groups);
        let (weight, bias, norm) = match &self.norm {
            None => (weight, bias, None),
            Some(norm) => match norm.folded(&x, &weight, bias.as_ref()) {
                Some((weight, bias)) => (weight, Some(bias), None),
                None => (weight, bias, Some(norm)),
            },
        };
        // What follows the convolution is part of one operation as far as there is one.
        let (act, rest) = self.activation.split();
        let x = match norm {
            None if act == Act::Relu && self.pool == 2 => return conv2d_relu_pool(x, weight, bias, options),
            None => conv2d(x, weight, bias, options, act),
            Some(norm) => norm.forward(conv2d(x, weight, bias, options, Act::None), act),
        };
        match self.pool {
            1 => rest.forward(x),
            // The maximum of a monotone function is the function of the maximum: fewer elements to compute.
            side if rest.is_monotone() => rest.forward(max_pool2d(x, side)),
            side => max_pool2d(rest.forward(x), side),
        }
    }
}
