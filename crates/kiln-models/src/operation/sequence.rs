//! What networks do with sequences: tokens and time series of different lengths.

/// One operation on sequences in evaluation. A batch is padded to its longest sequence, and the lengths are known beside it: what is behind
/// the end of a sequence has no influence on what is predicted for it.
///
/// A batch of token ids is `[N, T]`, of steps `[N, C, T]` (series come so), of tokens `[N, T, C]`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum SequenceOperation {
    /// The first steps alone, at most so many: of ids, or of tokens.
    First {
        /// How many.
        most: usize,
    },
    /// Ids, 0 behind the end, to their rows of a tensor, `[ids, C]`: tokens.
    Vectors {
        /// The path of the tensor.
        tensor: String,
    },
    /// Ids to the mean of their rows of a tensor and of those of runs of up to `ngrams` ids, `[N, C]`; 0 without an id. The row of a run is
    /// `ids + (1999 · h + id) mod buckets`, where `id` is its last one, and `h` the bucket of the run without it (of a single id: the id) modulo `buckets`.
    Bag {
        /// The path of the tensor.
        tensor: String,
        /// How many rows are those of ids.
        ids: usize,
        /// The longest run.
        ngrams: usize,
        /// Rows that runs share.
        buckets: usize,
    },
    /// Tokens, taken as 0 behind the end, to the largest `relu(x · W + b)` of each filter among the places where it ends within the sequence, and the first place,
    /// `[N, outputs]` of each layer one after another: `weight` is `[outputs, C, kernel]`.
    Phrases {
        /// The path of each layer, and how many tokens its filters see.
        layers: Vec<(String, usize)>,
    },
    /// Filters over steps: `weight` is `[outputs, inputs, kernel]`. There are as many steps as before.
    Conv {
        /// The path of the layer.
        layer: String,
        /// Whether there is a bias.
        bias: bool,
        /// How many steps a filter sees.
        kernel: usize,
        /// How far these are apart.
        dilation: usize,
        /// Whether a step is the last one that its filters see; else it is that in the middle.
        causal: bool,
    },
    /// The largest of each step and its two neighbours; 0 behind the end.
    LargestOfThree,
    /// 0 behind the end of steps.
    Masked,
    /// Steps to tokens and back.
    Turned,
    /// The mean of the steps that are there, `[N, C]`; 0 without one.
    Mean,
    /// The last step that is there, `[N, C]`; the first one where none is.
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
    /// As [`Operation::Attention`](super::Operation::Attention) among the tokens of a sequence.
    Attention {
        /// The path of the layer, which has `qkv` and `proj`.
        layer: String,
        /// The number of heads.
        heads: usize,
        /// Whether queries and keys are turned by the angles of their positions: the base of these. Columns `i` and `i + d/2` of a head of `d`
        /// are a pair and turn by `position · base^(−2i/d)`.
        rotary: Option<f64>,
        /// The most tokens that there can be.
        positions: usize,
    },
    /// The states of a recurrent layer, tokens to tokens, from a first state of 0: `of_inputs` is `[C, gates · hidden]`, `of_states` `[hidden, gates · hidden]`,
    /// `input_bias` and `state_bias` `[gates · hidden]`, in the order of PyTorch's `LSTM` and `GRU`.
    Recurrent {
        /// The path of the layer.
        layer: String,
        /// What it carries from step to step.
        cell: RecurrentCell,
    },
}

/// What a recurrent layer carries from step to step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RecurrentCell {
    /// Long short-term memory: gates `[i, f, g, o]`.
    Lstm,
    /// A gated recurrent unit: gates `[r, z, n]`.
    Gru,
}

impl RecurrentCell {
    /// How many gates it has.
    pub fn gates(self) -> usize {
        match self {
            Self::Lstm => 4,
            Self::Gru => 3,
        }
    }
}
