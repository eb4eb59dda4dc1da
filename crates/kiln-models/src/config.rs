//! Models as the configuration describes them.

use serde::{Deserialize, Serialize};

/// The section `[model]`: one of the built-in architectures.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum ModelConfig {
    /// One linear layer: linear or (multinomial) logistic regression.
    Linear(LinearConfig),
    /// A multi-layer perceptron.
    Mlp(MlpConfig),
    /// Convolution blocks and a dense head.
    Cnn(CnnConfig),
    /// A small residual network (ResNet-9 style).
    Resnet(ResnetConfig),
}

/// A linear model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinearConfig {
    /// Whether there is an intercept. Default true.
    #[serde(default = "yes")]
    pub bias: bool,
}

/// A multi-layer perceptron: for each width a linear layer, norm, activation and dropout, then a linear output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MlpConfig {
    /// Widths of the hidden layers, each at least 1. Default `[128]`.
    #[serde(default = "one_layer")]
    pub hidden: Vec<usize>,
    /// Default ReLU.
    #[serde(default)]
    pub activation: Activation,
    /// Probability that a hidden unit is dropped in training, `[0, 1)`. Default 0.
    #[serde(default)]
    pub dropout: f64,
    /// What dropout does to a hidden unit. Default element.
    #[serde(default)]
    pub dropout_kind: DropoutKind,
    /// Probability that an input is dropped in training, `[0, 1)`. Default 0.
    #[serde(default)]
    pub input_dropout: f64,
    /// Standard deviation of the normal noise that is added to each input in training, before they are dropped; at least 0.
    /// Default 0.
    #[serde(default)]
    pub input_noise: f64,
    /// Normalisation between a linear layer and its activation. Default none. Before batch norm a layer has no bias,
    /// which would be subtracted again.
    #[serde(default)]
    pub norm: Norm,
}

/// A convolutional network: for each entry of `channels` a block of `convs_per_block` convolutions (each with norm
/// and activation), max-pooling and dropout; then dense layers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CnnConfig {
    /// Output channels of each block, at least one block, each at least 1. Default `[32, 64]`.
    #[serde(default = "two_blocks")]
    pub channels: Vec<usize>,
    /// Side of the square filters, odd. Default 3. Padding keeps the size.
    #[serde(default = "three")]
    pub kernel: usize,
    /// Convolutions in each block, 1 to 100. Default 1.
    #[serde(default = "one")]
    pub convs_per_block: usize,
    /// Side and stride of the max-pooling after each block, at least 1, which turns it off. Default 2.
    #[serde(default = "two")]
    pub pool: usize,
    /// Widths of the dense layers before the output, each at least 1. Default `[128]`.
    #[serde(default = "one_layer")]
    pub hidden: Vec<usize>,
    /// Default ReLU.
    #[serde(default)]
    pub activation: Activation,
    /// Normalisation of the convolutions: `none` or `batch`. Default none. Before batch norm a convolution has no bias,
    /// which would be subtracted again.
    #[serde(default)]
    pub norm: Norm,
    /// Probability that an element is dropped after each block, `[0, 1)`. Default 0.
    #[serde(default)]
    pub conv_dropout: f64,
    /// What is dropped together after a block. Default element.
    #[serde(default)]
    pub conv_dropout_kind: ConvDropoutKind,
    /// Side of the squares that `conv_dropout_kind = "block"` drops, at least 1; in a smaller map, that of the map. Default 5.
    #[serde(default = "five")]
    pub conv_dropout_block: usize,
    /// Probability that a unit of a dense layer is dropped, `[0, 1)`. Default 0.
    #[serde(default)]
    pub dropout: f64,
    /// What dropout does to a unit of a dense layer. Default element.
    #[serde(default)]
    pub dropout_kind: DropoutKind,
    /// What the dense layers see: the whole feature map (`flatten`) or its mean over space (`mean`). Default flatten.
    #[serde(default)]
    pub head: Head,
}

/// A residual network of nine layers with weights (ResNet-9): a convolution, two stages with a residual block, one
/// without, global max-pooling and a linear output; batch norm throughout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResnetConfig {
    /// Channels of the first convolution; the stages have 2, 4 and 4 times as many. Default 64, at least 1.
    #[serde(default = "sixty_four")]
    pub width: usize,
    /// Probability that an element of the pooled features is dropped, `[0, 1)`. Default 0.
    #[serde(default)]
    pub dropout: f64,
    /// Probability that the last residual branch is left out for an item, `[0, 1)`; half of it for the first (the linear rule of
    /// [`StochasticDepth`](crate::StochasticDepth)). Default 0.
    #[serde(default)]
    pub stochastic_depth: f64,
    /// Default ReLU.
    #[serde(default)]
    pub activation: Activation,
}

/// An activation function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(x, 0)`.
    #[default]
    Relu,
    /// `x` where positive, else `0.01 x`.
    LeakyRelu,
    /// `x Φ(x)`, exact (with erf), as PyTorch's default.
    Gelu,
    /// `x σ(x)`, also called swish.
    Silu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// None: the layers stay linear.
    Identity,
}

/// Normalisation inside a layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Norm {
    /// None.
    #[default]
    None,
    /// Batch normalisation (momentum 0.1, epsilon 1e-5).
    Batch,
    /// Layer normalisation (epsilon 1e-5).
    Layer,
}

/// What dropout does to the units of a dense layer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropoutKind {
    /// Sets them to 0: [`Dropout`](crate::Dropout).
    #[default]
    Element,
    /// Sets them to the lower end of SELU and keeps mean and variance: [`AlphaDropout`](crate::AlphaDropout).
    Alpha,
    /// Multiplies them by normal noise around 1: [`GaussianDropout`](crate::GaussianDropout).
    Gaussian,
}

/// What dropout drops of feature maps.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConvDropoutKind {
    /// Single elements: [`Dropout`](crate::Dropout).
    #[default]
    Element,
    /// Whole channels: [`SpatialDropout`](crate::SpatialDropout).
    Spatial,
    /// Squares: [`DropBlock`](crate::DropBlock).
    Block,
}

/// How feature maps become a vector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Head {
    /// All elements.
    #[default]
    Flatten,
    /// The mean of each channel.
    Mean,
}

fn yes() -> bool {
    true
}
fn one() -> usize {
    1
}
fn two() -> usize {
    2
}
fn three() -> usize {
    3
}
fn five() -> usize {
    5
}
fn sixty_four() -> usize {
    64
}
fn one_layer() -> Vec<usize> {
    vec![128]
}
fn two_blocks() -> Vec<usize> {
    vec![32, 64]
}
