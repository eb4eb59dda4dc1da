//! Layers at work.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{BatchNorm, GroupNorm, Linear};
use burn::tensor::Tensor;

use crate::Activation;
use crate::attention::SelfAttention;
use crate::dropout::{
    AlphaDropout, DropBlock, Dropout, GaussianDropout, GaussianNoise, SpatialDropout, StochasticDepth,
};
use crate::init::Init;

/// A layer of a network.
#[derive(Module, Debug)]
#[allow(clippy::large_enum_variant)] // A few dozen in a network.
pub(crate) enum Layer {
    Conv(Conv2d),
    Linear(Linear),
    BatchNorm(BatchNorm),
    LayerNorm(LayerNorm),
    GroupNorm(GroupNorm),
    Activation(Activated),
    MaxPool(Window),
    AvgPool(Window),
    GlobalAvgPool(Nothing),
    GlobalMaxPool(Nothing),
    Flatten(Nothing),
    Dropout(Dropout),
    SpatialDropout(SpatialDropout),
    BlockDropout(DropBlock),
    AlphaDropout(AlphaDropout),
    GaussianDropout(GaussianDropout),
    GaussianNoise(GaussianNoise),
    Patches(Patches),
    Attention(SelfAttention),
    Residual(Residual),
}

/// Gives each dropout of these layers a share of its probability, and says whether any had one.
pub(super) fn scale_dropout(layers: &mut [Layer], share: f64) -> bool {
    layers.iter_mut().fold(false, |any, layer| {
        let drops = match layer {
            Layer::Dropout(layer) => layer.scale(share),
            Layer::SpatialDropout(layer) => layer.scale(share),
            Layer::BlockDropout(layer) => layer.scale(share),
            Layer::AlphaDropout(layer) => layer.scale(share),
            Layer::GaussianDropout(layer) => layer.scale(share),
            Layer::Attention(layer) => layer.scale_dropout(share),
            Layer::Residual(residual) => {
                scale_dropout(&mut residual.layers, share) | scale_dropout(&mut residual.shortcut, share)
            }
            _ => false,
        };
        drops | any
    })
}

/// Layer norm over the last dimension, with the ε that Burn's does not tell.
#[derive(Module, Debug)]
pub(crate) struct LayerNorm {
    pub(super) gamma: Param<Tensor<1>>,
    pub(super) beta: Param<Tensor<1>>,
    pub(super) epsilon: f64,
}

impl LayerNorm {
    /// Scale 1, shift 0.
    pub(super) fn new(init: &Init<'_>, width: usize, epsilon: f64) -> Self {
        Self { gamma: init.drawn([width], |_| 1.0), beta: init.zeros(width), epsilon }
    }
}

/// A function of each number.
#[derive(Module, Debug)]
pub(crate) struct Activated {
    #[module(skip)]
    pub(super) function: Activation,
}

/// The windows of pooling.
#[derive(Module, Debug, Copy)]
pub(crate) struct Window {
    pub(super) size: usize,
    pub(super) stride: usize,
    pub(super) padding: usize,
}

/// What a layer without settings and parameters has.
#[derive(Module, Debug)]
pub(crate) struct Nothing {}

/// A feature map as tokens. Parameters as those of a vision transformer of timm: `proj`.
#[derive(Module, Debug)]
pub(crate) struct Patches {
    pub(super) proj: Conv2d,
    /// `[1, tokens, width]`.
    pub(super) positions: Option<Param<Tensor<3>>>,
}

/// `f(x) + g(x)`; where g has no layers, it is x.
#[derive(Module, Debug)]
pub(crate) struct Residual {
    pub(super) layers: Vec<Layer>,
    pub(super) shortcut: Vec<Layer>,
    pub(super) depth: StochasticDepth,
}
