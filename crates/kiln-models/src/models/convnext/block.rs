//! A block of ConvNeXt, and what stands before and between its stages.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Act, add};

use crate::convolution::{conv_operation, convolve};
use crate::dense::affine;
use crate::dropout::StochasticDepth;
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::norm::{layer_norm_of, layer_normalised};
use crate::{Activation, Operation};

/// Standard deviation of the first weights.
pub(super) const STD: f64 = 0.02;

const EPSILON: f64 = 1e-6;
/// The first value of `layer_scale`.
const SCALE: f64 = 1e-6;
/// How many times wider the hidden layer is.
pub(super) const EXPANSION: usize = 4;

/// Layer norm over the channels of each pixel.
pub(super) fn over_channels(norm: &LayerNorm, x: Tensor<4>) -> Tensor<4> {
    layer_normalised(norm, x.permute([0, 2, 3, 1]), EPSILON).permute([0, 3, 1, 2])
}

/// What the layer norm at `layer` does.
pub(super) fn layer_norm(layer: &str) -> Operation {
    Operation::LayerNorm { layer: layer.to_owned(), epsilon: EPSILON }
}

/// Layer norm of each row.
pub(super) fn over_features(norm: &LayerNorm, x: Tensor<2>) -> Tensor<2> {
    layer_normalised(norm, x, EPSILON)
}

/// `x + scale · W₂ gelu(W₁ norm(conv(x)))`: a depthwise convolution of 7x7, then two linear layers on each pixel.
#[derive(Module, Debug)]
pub(crate) struct Block {
    conv: Conv2d,
    norm: LayerNorm,
    expand: Linear,
    project: Linear,
    layer_scale: Param<Tensor<3>>,
    depth: StochasticDepth,
}

impl Block {
    pub(super) fn filters(width: usize) -> Filters {
        Filters::depthwise(width, 7).with_bias()
    }

    /// `depth`: the probability that the branch is left out.
    pub(super) fn new(init: &mut Init<'_>, width: usize, depth: f64) -> Self {
        Self {
            conv: Self::filters(width).init(init, Draw::Normal(STD)),
            norm: layer_norm_of(width, init.device()),
            expand: init.linear_normal(width, EXPANSION * width, STD),
            project: init.linear_normal(EXPANSION * width, width, STD),
            layer_scale: init.drawn([width, 1, 1], |_| SCALE),
            depth: StochasticDepth::checked(depth),
        }
    }

    pub(super) fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<4> {
        let pixels = convolve(&self.conv, x.clone()).permute([0, 2, 3, 1]);
        let [items, height, width, channels] = pixels.dims();
        let rows = over_features(&self.norm, pixels.reshape([items * height * width, channels]));
        let rows = affine(&self.project, Activation::Gelu.forward(affine(&self.expand, rows)));
        // As rows: channels-last images that Burn multiplies come back in another order.
        let rows = rows.mul(self.layer_scale.val().reshape([1, channels]));
        let branch = rows.reshape([items, height, width, channels]).permute([0, 3, 1, 2]);
        add(self.depth.forward(branch, seed), x, Act::None)
    }

    /// What it does, as the block at `path`.
    pub(super) fn operation(&self, path: &str) -> Operation {
        let linear = |name: &str| Operation::TokenLinear { layer: format!("{path}.{name}"), bias: true };
        let pixels = vec![
            layer_norm(&format!("{path}.norm")),
            linear("expand"),
            Operation::Activation(Activation::Gelu),
            linear("project"),
        ];
        Operation::Residual(vec![
            conv_operation(format!("{path}.conv"), &self.conv),
            Operation::OverChannels(pixels),
            Operation::Times { tensor: format!("{path}.layer_scale") },
        ])
    }
}

/// Patches of the image as pixels, normalised.
#[derive(Module, Debug)]
pub(crate) struct Stem {
    conv: Conv2d,
    norm: LayerNorm,
}

impl Stem {
    pub(super) fn new(init: &mut Init<'_>, filters: Filters) -> Self {
        Self {
            conv: filters.init(init, Draw::Normal(STD)),
            norm: layer_norm_of(filters.outputs, init.device()),
        }
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        over_channels(&self.norm, convolve(&self.conv, x))
    }

    /// What it does, as the layer at `path`.
    pub(super) fn operations(&self, path: &str) -> Vec<Operation> {
        let norm = Operation::OverChannels(vec![layer_norm(&format!("{path}.norm"))]);
        vec![conv_operation(format!("{path}.conv"), &self.conv), norm]
    }
}

/// Halves the image between two stages.
#[derive(Module, Debug)]
pub(crate) struct Downsample {
    norm: LayerNorm,
    conv: Conv2d,
}

impl Downsample {
    pub(super) fn new(init: &mut Init<'_>, filters: Filters) -> Self {
        Self {
            norm: layer_norm_of(filters.inputs, init.device()),
            conv: filters.init(init, Draw::Normal(STD)),
        }
    }

    pub(super) fn forward(&self, x: Tensor<4>) -> Tensor<4> {
        convolve(&self.conv, over_channels(&self.norm, x))
    }

    /// What it does, as the layer at `path`.
    pub(super) fn operations(&self, path: &str) -> Vec<Operation> {
        let norm = Operation::OverChannels(vec![layer_norm(&format!("{path}.norm"))]);
        vec![norm, conv_operation(format!("{path}.conv"), &self.conv)]
    }
}
