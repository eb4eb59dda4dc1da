//! The operations of a network.

use serde::{Deserialize, Serialize};

use super::sequence::Sequence;

/// One operation of a network. Layers are named by the path that their tensors have in the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Operation {
    /// An image to a row, in the order of channels, lines, columns.
    Flatten,
    /// `x W + b`: `weight` is `[inputs, outputs]`.
    Linear {
        /// The path of the layer.
        layer: String,
        /// Whether there is a `bias`.
        bias: bool,
    },
    /// A convolution: `weight` is `[outputs, inputs / groups, kernel, kernel]`.
    Conv {
        /// The path of the layer.
        layer: String,
        /// Whether there is a `bias`.
        bias: bool,
        /// How far a filter moves.
        stride: usize,
        /// Pixels that are added on each side.
        padding: usize,
        /// Parts of the channels that are convolved apart.
        groups: usize,
    },
    /// `(x − running_mean) / √(running_var + ε) · gamma + beta`, channel by channel.
    BatchNorm {
        /// The path of the layer.
        layer: String,
        /// ε.
        epsilon: f64,
    },
    /// The same with mean and variance of the features of the item.
    LayerNorm {
        /// The path of the layer.
        layer: String,
        /// ε.
        epsilon: f64,
    },
    /// A function of each element.
    Activation(Activation),
    /// The maximum of squares; what is left at the end is left out.
    MaxPool {
        /// Their side.
        side: usize,
        /// How far a square moves.
        stride: usize,
        /// Pixels that are added on each side, and are never the maximum.
        padding: usize,
    },
    /// The maximum of each channel.
    GlobalMax,
    /// The mean of each channel.
    GlobalMean,
    /// `f(x) + x`.
    Residual(Vec<Operation>),
    /// `f(x) + g(x)`.
    Sum {
        /// f.
        branch: Vec<Operation>,
        /// g.
        shortcut: Vec<Operation>,
    },
    /// `x · gate(W₂ a(W₁ m + b₁) + b₂)`, where m is the mean of each channel: `fc1` and `fc2` are 1×1 convolutions.
    SqueezeExcite {
        /// The path of the layer.
        layer: String,
        /// a.
        activation: Activation,
        /// The gate.
        gate: Activation,
    },
    /// Numbers as several features each. The features of `numbers` come first, the `others` as they are after them.
    Embedding {
        /// The path of the layer.
        layer: String,
        /// How a number becomes features.
        kind: Embedding,
        /// The places of the numbers in a row.
        numbers: Vec<usize>,
        /// The places of what is no number.
        others: Vec<usize>,
    },
    /// Columns of categories, of which one feature is 1 and the others are 0, as vectors: those of column `n` are the tensor `vectors.n`,
    /// `[categories, width]`. The `others` come first, as they are.
    Categories {
        /// The path of the layer.
        layer: String,
        /// The first feature of each column, and how many it has.
        columns: Vec<[usize; 2]>,
        /// The places of all other features.
        others: Vec<usize>,
    },
    /// A layer of several heads with one weight: `s ∘ ((r ∘ x) W) + b`. `weight` is `[inputs, outputs]`, `scale_in` `[heads, inputs]`,
    /// `scale_out` and `bias` `[heads, outputs]`.
    Ensemble {
        /// The path of the layer.
        layer: String,
    },
    /// `x W + b` of each token: `weight` is `[inputs, outputs]`. Of sequences alone.
    TokenLinear {
        /// The path of the layer.
        layer: String,
        /// Whether there is a `bias`.
        bias: bool,
    },
    /// The channels that all of these make of the same steps, one behind the other. Of sequences alone.
    Beside(Vec<Vec<Operation>>),
    /// What is done with sequences.
    Sequence(Sequence),
    /// A linear layer for each head: `weight` is `[heads, inputs, outputs]`, `bias` `[heads, outputs]`.
    Heads {
        /// The path of the layer.
        layer: String,
    },
}

/// How a number becomes features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Embedding {
    /// `relu(W [cos 2πfx, sin 2πfx] + b)`: `frequencies` is `[numbers, frequencies]`, `linear.weight` `[numbers, 2 frequencies, width]`.
    Plr,
    /// `[W cos(2πfx + φ) + b, x]`, with `phases` beside `frequencies`. The numbers themselves come after all others.
    Pbld,
    /// `w x + b + W e(x)`, where `e(x)` says how much of each bin lies below `x`: `weight` and `bias` are `[numbers, width]`, `bin_weight`
    /// `[numbers, bins, width]`.
    PiecewiseLinear {
        /// The edges of the bins of each number, rising.
        bins: Vec<Vec<f32>>,
    },
}

/// An activation function, by PyTorch's definitions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// `max(x, 0)`.
    Relu,
    /// `x` where positive, else `0.01 x`.
    LeakyRelu,
    /// `x Φ(x)`, exact.
    Gelu,
    /// `x σ(x)`.
    Silu,
    /// `λ x` where positive, else `λ α (eˣ − 1)`.
    Selu,
    /// `x tanh(ln(1 + eˣ))`.
    Mish,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e^-x)`.
    Sigmoid,
    /// `x · relu6(x + 3) / 6`.
    HardSwish,
    /// `relu6(x + 3) / 6`.
    HardSigmoid,
}
