//! The operations on sequences.

use serde::{Deserialize, Serialize};

/// One operation on a sequence: ids of tokens, steps `[C, T]` (series come so), or tokens `[T, C]`. Each sequence is taken by itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Sequence {
    /// The first ids or tokens alone, at most so many.
    First {
        /// How many.
        most: usize,
    },
    /// Ids to their rows of a tensor, `[ids, C]`.
    Vectors {
        /// The path of the tensor.
        tensor: String,
    },
    /// Ids to the mean of their rows of a tensor and of those of runs of up to `ngrams` ids: a row. The row of a run is
    /// `ids + (1999 · h + id) mod buckets`, where `id` is its last one, and `h` the bucket of the run without it (of a single id: the id) modulo `buckets`.
    Bag {
        /// The path of the tensor, `[ids + buckets, C]`.
        tensor: String,
        /// How many rows are those of ids.
        ids: usize,
        /// The longest run.
        ngrams: usize,
        /// Rows that runs share.
        buckets: usize,
    },
    /// Tokens to the largest `relu(x · W + b)` of each filter of each layer: a row. `weight` is `[outputs, C, kernel]`. Fewer tokens than a filter sees
    /// have zeros behind them.
    Phrases {
        /// The paths of the layers.
        layers: Vec<String>,
    },
    /// Filters over steps: `weight` is `[outputs, inputs, kernel]`.
    Conv {
        /// The path of the layer.
        layer: String,
        /// Whether there is a `bias`.
        bias: bool,
        /// How far what a filter sees is apart.
        dilation: usize,
        /// Whether a step is the last one that its filters see; else it is that in the middle of an odd kernel.
        causal: bool,
    },
    /// The largest of each step and its two neighbours.
    LargestOfThree,
    /// Steps to tokens and back.
    Turned,
    /// The mean of the steps: a row.
    Mean,
    /// The last step: a row.
    Last,
    /// Tokens plus the first rows of a tensor, `[positions, C]`.
    Positions {
        /// The path of the tensor.
        tensor: String,
    },
    /// `x / √(mean(x²) + ε) · gamma` of each token.
    RmsNorm {
        /// The path of the layer.
        layer: String,
        /// ε.
        epsilon: f64,
    },
    /// `silu(a) · b` of tokens `[a, b]`.
    Swiglu,
    /// Self-attention, `softmax(Q Kᵀ / √d) V`: `qkv` gives Q, K and V, `proj` is behind it.
    Attention {
        /// The path of the layer.
        layer: String,
        /// The number of heads.
        heads: usize,
        /// The base of the angles by which queries and keys are turned, where they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rotary: Option<f64>,
        /// The most tokens that there can be.
        positions: usize,
    },
    /// A recurrent layer: `of_inputs` is `[C, gates · hidden]`, `of_states` `[hidden, gates · hidden]`, with `input_bias` and `state_bias`.
    Recurrent {
        /// The path of the layer.
        layer: String,
        /// What it carries from step to step.
        cell: Cell,
    },
}

/// What a recurrent layer carries from step to step, with its gates in PyTorch's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cell {
    /// Long short-term memory.
    Lstm,
    /// A gated recurrent unit.
    Gru,
}
