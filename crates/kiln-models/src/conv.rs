//! A convolution with what follows it: norm, activation, max-pooling, dropout.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::convolution::convolve_and_pool;
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
        let x = observer.see(path, self.features(x));
        self.dropout.forward(x, seed)
    }

    /// Gives the dropout a share of its probability, and says whether it had one.
    pub(crate) fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    /// All but the dropout. The configuration refuses layer norm.
    fn features(&self, x: Tensor<4>) -> Tensor<4> {
        let norm = self.norm.as_ref().and_then(Normalization::as_batch);
        convolve_and_pool(&self.conv, norm, self.activation, self.pool, x)
    }
}
