//! What residual blocks and inverted residual blocks are made of.

use burn::module::Module;
use burn::nn::conv::Conv2d;
use burn::tensor::Tensor;
use kiln_kernels::{Act, add, global_avg_pool2d, linear, scale};

use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::{Activation, Operation};

/// `relu(branch + shortcut)`.
pub(crate) fn add_relu(branch: Tensor<4>, shortcut: Tensor<4>) -> Tensor<4> {
    add(branch, shortcut, Act::Relu)
}

/// Channels weighted by what the means of all of them say (Hu, Shen and Sun: Squeeze-and-excitation networks, 2018): torchvision's
/// `SqueezeExcitation`.
#[derive(Module, Debug)]
pub(crate) struct SqueezeExcite {
    fc1: Conv2d,
    fc2: Conv2d,
    #[module(skip)]
    activation: Activation,
    #[module(skip)]
    gate: Activation,
}

impl SqueezeExcite {
    /// Both of its layers: from `channels` to `squeezed` and back.
    pub(crate) fn filters(channels: usize, squeezed: usize) -> [Filters; 2] {
        [(channels, squeezed), (squeezed, channels)]
            .map(|(inputs, outputs)| Filters::new(inputs, outputs, 1).with_bias())
    }

    pub(crate) fn new(
        init: &mut Init<'_>,
        [channels, squeezed]: [usize; 2],
        [activation, gate]: [Activation; 2],
    ) -> Self {
        let [fc1, fc2] = Self::filters(channels, squeezed).map(|filters| filters.init(init, Draw::FanOut));
        Self { fc1, fc2, activation, gate }
    }

    pub(crate) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        let squeezed = pointwise(&self.fc1, global_avg_pool2d(x.clone()));
        let gates = self.gate.forward(pointwise(&self.fc2, self.activation.forward(squeezed)));
        scale(x, gates)
    }

    /// What it does, as the layer at `path`.
    pub(crate) fn operation(&self, path: &str) -> Operation {
        Operation::SqueezeExcite { layer: path.to_owned(), activation: self.activation, gate: self.gate }
    }
}

/// A convolution with filters of one pixel on images of one pixel: `[N, inputs]` to `[N, outputs]`.
fn pointwise(conv: &Conv2d, x: Tensor<2>) -> Tensor<2> {
    let weight = conv.weight.val().flatten::<2>(1, 3).transpose();
    linear(x, weight, conv.bias.as_ref().map(|bias| bias.val()), Act::None)
}
