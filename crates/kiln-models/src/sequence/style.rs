//! What the blocks of a transformer have in common.

use burn::module::{Module, Param};
use burn::nn::LayerNorm;
use burn::tensor::Tensor;
use serde::{Deserialize, Serialize};

use crate::init::Init;
use crate::norm::{layer_norm_of, layer_normalised};
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{Operation, SequenceOperation};

/// How a model knows where in its sequence a token is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Positions {
    /// A vector for each position is learned, and added to that of the token.
    #[default]
    Learned,
    /// Queries and keys are turned by angles that grow with the position (Su and others: RoFormer, 2021).
    Rotary,
}

/// The layer of a block that looks at each token by itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum FeedForward {
    /// `W₂ gelu(W₁ x)`, four times as wide inside.
    #[default]
    Gelu,
    /// `W₂ (silu(W₁ x) · W₃ x)`, 8/3 times as wide inside, in steps of 8 (Shazeer: GLU variants improve transformer, 2020).
    Swiglu,
}

/// The normalisation before each layer of a block, and before the output.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TokenNorm {
    /// Layer norm (epsilon 1e-5).
    #[default]
    Layer,
    /// By the root of the mean square (epsilon 1e-5; Zhang and Sennrich, 2019).
    Rms,
}

/// ε of both norms.
pub(super) const EPSILON: f64 = 1e-5;

impl TokenNorm {
    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Layer => "layer norm",
            Self::Rms => "rms norm",
        }
    }

    fn parameters(self, width: usize, bias: bool) -> usize {
        width * if self == Self::Layer && bias { 2 } else { 1 }
    }
}

impl FeedForward {
    /// Columns inside, and what the first layer makes.
    pub(crate) fn widths(self, width: usize) -> [usize; 2] {
        match self {
            Self::Gelu => [4 * width; 2],
            Self::Swiglu => {
                let inside = (8 * width).div_ceil(3).next_multiple_of(8);
                [inside, 2 * inside]
            }
        }
    }

    /// In words.
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Gelu => "gelu",
            Self::Swiglu => "swiglu",
        }
    }
}

/// The sizes of a stack of blocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct StackStyle {
    pub(crate) width: usize,
    pub(crate) heads: usize,
    pub(crate) blocks: usize,
    pub(crate) positions: Positions,
    pub(crate) feed_forward: FeedForward,
    pub(crate) norm: TokenNorm,
    /// Whether linear layers and layer norm have a bias.
    pub(crate) bias: bool,
    pub(crate) dropout: f64,
    /// Of what softmax gives.
    pub(crate) attention_dropout: f64,
    pub(crate) stochastic_depth: f64,
    /// The most tokens of a sequence.
    pub(crate) context: usize,
    pub(crate) causal: bool,
    /// Whether blocks are made anew in the backward pass.
    pub(crate) recompute: bool,
}

impl StackStyle {
    /// Counts the embeddings, where there are tokens, and the blocks.
    pub(crate) fn plan(&self, plan: &mut Plan, vocabulary: Option<usize>) -> Result<(), crate::ModelError> {
        let Self { width, context, bias, .. } = *self;
        plan.becomes(&[context, width]);
        if let Some(vocabulary) = vocabulary {
            plan.parameters(vocabulary.checked_mul(width));
            plan.layer("tokens", "a vector for each token")?;
        }
        if self.positions == Positions::Learned {
            plan.parameters(context.checked_mul(width));
            plan.layer("positions", "plus the positions")?;
        }
        let [inside, first] = self.feed_forward.widths(width);
        for block in 0..self.blocks {
            for matrix in [[width, 3 * width], [width, width], [width, first], [inside, width]] {
                plan.weight(matrix, context, bias);
            }
            plan.parameters(Some(2 * self.norm.parameters(width, bias)));
            let kind = format!(
                "transformer block: {}, {}attention of {} heads, {}",
                self.norm.words(),
                if self.causal { "causal " } else { "" },
                self.heads,
                self.feed_forward.words()
            );
            plan.layer(&format!("blocks.{block}"), kind)?;
        }
        plan.parameters(Some(self.norm.parameters(width, bias)));
        plan.layer("norm", self.norm.words())
    }
}

/// A normalisation of tokens.
#[derive(Module, Debug)]
pub(crate) enum NormOfTokens {
    Layer(LayerNorm),
    Rms(RmsNorm),
}

/// A scale for each column.
#[derive(Module, Debug)]
pub(crate) struct RmsNorm {
    pub(super) gamma: Param<Tensor<1>>,
}

impl NormOfTokens {
    pub(crate) fn new(init: &Init<'_>, style: &StackStyle) -> Self {
        let mut norm = layer_norm_of(style.width, init.device());
        if !style.bias {
            norm.beta = None;
        }
        match style.norm {
            TokenNorm::Layer => Self::Layer(norm),
            TokenNorm::Rms => Self::Rms(RmsNorm { gamma: norm.gamma }),
        }
    }

    pub(crate) fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        match self {
            Self::Layer(norm) => layer_normalised(norm, x, EPSILON),
            Self::Rms(norm) => kiln_kernels::rms_norm(x, norm.gamma.val(), EPSILON),
        }
    }

    /// What it does, as the layer at `layer`.
    pub(super) fn operation(&self, layer: String) -> Operation {
        match self {
            Self::Layer(_) => Operation::LayerNorm { layer, epsilon: EPSILON },
            Self::Rms(_) => SequenceOperation::RmsNorm { layer, epsilon: EPSILON }.into(),
        }
    }
}
