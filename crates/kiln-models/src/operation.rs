//! A network as a list of operations, for programs that write it in another form.

mod sequence;

use std::ops::Range;

use crate::Activation;
pub use sequence::{RecurrentCell, SequenceOperation};

/// One operation of a network in evaluation, on a batch. Layers are named by the path that their parameters have.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// `[N, …]` to `[N, features]`, in the order of channels, rows, columns.
    Flatten,
    /// `x W + b`: `weight` is `[inputs, outputs]`.
    Linear {
        /// The path of the layer: `layers.0.linear`.
        layer: String,
        /// Whether there is a bias.
        bias: bool,
    },
    /// A convolution: `weight` is `[outputs, inputs / groups, kernel, kernel]`.
    Conv {
        /// The path of the layer.
        layer: String,
        /// Whether there is a bias.
        bias: bool,
        /// Side of the filters.
        kernel: usize,
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
        /// How far a square moves: as far as its side where they do not overlap.
        stride: usize,
        /// Pixels that are added on each side, and are never the maximum.
        padding: usize,
    },
    /// The same of groups of neighbouring channels of the item: mean and variance are those of a group, scale and shift those of a channel.
    GroupNorm {
        /// The path of the layer.
        layer: String,
        /// The number of groups.
        groups: usize,
        /// ε.
        epsilon: f64,
        /// Whether items are `[C, height, width]`; else they are `[C]`.
        of_maps: bool,
    },
    /// The mean of squares; what is left at the end is left out.
    AvgPool {
        /// Their side.
        side: usize,
        /// How far a square moves.
        stride: usize,
    },
    /// `[N, C, height, width]` to tokens `[N, height · width, C]`, row after row.
    Tokens,
    /// `x` plus a tensor of the network, the same for each item.
    Plus {
        /// The path of the tensor.
        tensor: String,
    },
    /// `x` times a tensor of the network, the same for each item.
    Times {
        /// The path of the tensor.
        tensor: String,
    },
    /// A tensor of the network, `[1, 1, C]`, as a token before the others: `[N, tokens, C]` to `[N, 1 + tokens, C]`.
    Prepend {
        /// The path of the tensor.
        tensor: String,
    },
    /// The first token: `[N, tokens, C]` to `[N, C]`.
    FirstToken,
    /// These operations on `[N, height, width, C]`, the last dimension of which they are about, and back to `[N, C, height, width]`.
    OverChannels(Vec<Operation>),
    /// `x W + b` over the last dimension, of each token or pixel by itself: `weight` is `[inputs, outputs]`.
    TokenLinear {
        /// The path of the layer.
        layer: String,
        /// Whether there is a bias.
        bias: bool,
    },
    /// Self-attention `softmax(Q Kᵀ / √d) V` of tokens, then a linear layer. The linear layer `qkv` gives Q, K and V, each with its heads one
    /// after the other; `proj` is the last one.
    Attention {
        /// The path of the layer, which has `qkv` and `proj`.
        layer: String,
        /// The number of heads.
        heads: usize,
    },
    /// The mean of all tokens: `[N, tokens, C]` to `[N, C]`.
    TokenMean,
    /// The maximum of all tokens: `[N, tokens, C]` to `[N, C]`.
    TokenMax,
    /// The maximum of each channel: `[N, C, height, width]` to `[N, C]`.
    GlobalMax,
    /// The mean of each channel: `[N, C, height, width]` to `[N, C]`.
    GlobalMean,
    /// Numbers of a row as several features each. Those of `numbers` come first, the `others` as they are after them.
    Embedding {
        /// The path of the layer: `embedding`. Its tensors are those of `embedding.numbers`.
        layer: String,
        /// How a number becomes features.
        kind: EmbeddingOperation,
        /// The places of the numbers.
        numbers: Vec<usize>,
        /// The places of what is no number.
        others: Vec<usize>,
    },
    /// Columns of categories, of which one feature is 1 and the others are 0, as vectors that are learned: `x W` of each, where W are
    /// `vectors.0`, `vectors.1` and so on, `[categories, width]`. The `others` come first, as they are.
    Categories {
        /// The path of the layer: `categories`.
        layer: String,
        /// The features of each column.
        columns: Vec<Range<usize>>,
        /// The places of all other features.
        others: Vec<usize>,
    },
    /// `x (gain · W) + b`: `weight` is `[inputs, outputs]`.
    ScaledLinear {
        /// The path of the layer.
        layer: String,
        /// Whether there is a bias.
        bias: bool,
        /// What the weight is multiplied by.
        gain: f64,
    },
    /// `x + α ∘ (a(x) − x)`, where α is a tensor of the network, a number for each feature.
    Blended {
        /// The path of α: `layers.0.alpha`.
        tensor: String,
        /// a.
        activation: Activation,
    },
    /// A row as tokens, `[N, features]` to `[N, 1 + columns, width]`: `cls`, `[width]`, and one of each column, which has a row of `bias`, `[columns, width]`. That of
    /// a number x is `x w + b`, that of a column of categories `x W + b`, where w and W are the rows of `weight`, `[features, width]`, of its features.
    ColumnTokens {
        /// The path of the layer: `tokens`.
        layer: String,
        /// Features that lie together, and whether they are one column of categories, and not a number each.
        pieces: Vec<(Range<usize>, bool)>,
    },
    /// `a ∘ relu(b)`, where `[a, b]` are the halves of the last dimension.
    Reglu,
    /// A layer of several heads that share `weight`, `[inputs, outputs]`: `s ∘ ((r ∘ x) W) + b`, where r is `scale_in`, `[heads, inputs]`, s
    /// `scale_out` and b `bias`, `[heads, outputs]`. All heads get the same rows where it is the first of its kind.
    Ensemble {
        /// The path of the layer.
        layer: String,
    },
    /// A linear layer for each head: `weight` is `[heads, inputs, outputs]`, `bias` `[heads, outputs]`.
    Heads {
        /// The path of the layer.
        layer: String,
    },
    /// The channels that all of these make of the same, one behind the other: `[N, C, …]`.
    Beside(Vec<Vec<Operation>>),
    /// What is done with sequences alone.
    Sequence(SequenceOperation),
    /// What this list has no form for. A program that meets it has to refuse.
    Special {
        /// The path of the layer.
        layer: String,
        /// What it is, in words.
        what: &'static str,
    },
    /// `f(x) + x`, where `f` are these operations one after the other.
    Residual(Vec<Operation>),
    /// `f(x) + g(x)`.
    Sum {
        /// f.
        branch: Vec<Operation>,
        /// g.
        shortcut: Vec<Operation>,
    },
    /// Squeeze and excitation: `x · gate(W₂ a(W₁ m + b₁) + b₂)`, where m is the mean of each channel. `weight` of `fc1` is
    /// `[squeezed, channels, 1, 1]`, that of `fc2` `[channels, squeezed, 1, 1]`.
    SqueezeExcite {
        /// The path of the layer, which has `fc1` and `fc2`.
        layer: String,
        /// a.
        activation: Activation,
        /// The gate.
        gate: Activation,
    },
}

/// How a number becomes several features: the kinds of [`EmbeddingConfig`](crate::EmbeddingConfig).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EmbeddingOperation {
    /// `relu(W [cos 2πfx, sin 2πfx] + b)`, with `frequencies`, `linear.weight` and `linear.bias`.
    Plr,
    /// `W cos(2πfx + φ) + b`, with `phases` beside those, and after all of these the numbers themselves.
    Pbld,
    /// `w x + b + W e(x)` by the bins of the preprocessing, with `weight`, `bias` and `bin_weight`.
    PiecewiseLinear,
}

impl From<SequenceOperation> for Operation {
    fn from(operation: SequenceOperation) -> Self {
        Self::Sequence(operation)
    }
}

impl Operation {
    /// The activation; none for the identity.
    pub(crate) fn activation(activation: Activation) -> Option<Self> {
        (activation != Activation::Identity).then_some(Self::Activation(activation))
    }

    /// The pooling; none for a side of 1.
    pub(crate) fn pool(side: usize) -> Option<Self> {
        (side > 1).then_some(Self::MaxPool { side, stride: side, padding: 0 })
    }
}
