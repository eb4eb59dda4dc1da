//! A dense layer: linear, norm, activation, dropout.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::Activation;
use crate::config::Norm;
use crate::dropout::Dropout;
use crate::init::Init;
use crate::norm::Normalization;

#[derive(Module, Debug)]
pub(crate) struct Dense {
    linear: Linear,
    norm: Option<Normalization>,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
}

/// What all dense layers of a model have in common.
#[derive(Debug, Clone, Copy)]
pub(crate) struct DenseStyle {
    pub(crate) norm: Norm,
    pub(crate) activation: Activation,
    pub(crate) dropout: f64,
}

impl Dense {
    pub(crate) fn new(init: &mut Init<'_>, inputs: usize, outputs: usize, style: DenseStyle) -> Self {
        Self {
            linear: init.linear(inputs, outputs, style.norm.keeps_bias()),
            norm: style.norm.init(outputs, init.device()),
            activation: style.activation,
            dropout: Dropout::checked(style.dropout),
        }
    }

    /// Layers of the given widths, one after another, and the width of the last (`inputs` when there is none).
    pub(crate) fn stack(
        init: &mut Init<'_>,
        mut inputs: usize,
        widths: &[usize],
        style: DenseStyle,
    ) -> (Vec<Self>, usize) {
        let mut layers = Vec::with_capacity(widths.len());
        for &width in widths {
            layers.push(Self::new(init, inputs, width, style));
            inputs = width;
        }
        (layers, inputs)
    }

    pub(crate) fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        let mut x = self.linear.forward(x);
        if let Some(norm) = &self.norm {
            x = norm.forward(x);
        }
        self.dropout.forward(self.activation.forward(x), seed)
    }
}
