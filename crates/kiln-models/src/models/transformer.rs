//! An encoder for sequences of tokens, and time series.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
#[cfg(feature = "schema")]
use kiln_core::Range;
use kiln_core::{Seed, check};
use kiln_data::{InputShape, Inputs};
use serde::{Deserialize, Serialize};

use super::gpt::check_stack;
use super::kind::{Forward, ModelKind, series, token_rows};
use crate::dense::{affine, linear_operation};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::sequence::{FeedForward, Positions, Stack, StackStyle, TokenNorm, TokenRows};
use crate::series::Steps;
use crate::{ModelError, ModelInput, Operation, SequenceOperation, Summary};

/// A transformer for sequences of tokens: embeddings, blocks of attention with the norm first (Xiong and others: On layer normalization in the transformer
/// architecture, 2020), and a linear output on the mean of the tokens. The steps of a time series are tokens, too: a linear layer makes vectors of them. Padding costs nothing: the tokens of a batch are rows without it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TransformerConfig { width: 256, blocks: 4, dropout: 0.1, ..TransformerConfig::default() })]
pub struct TransformerConfig {
    /// Columns of a token, a multiple of `heads`, at least 1. Default 128.
    pub width: usize,
    /// Heads of attention, at least 1. Default 4.
    #[schemars(range(min = 1))]
    pub heads: usize,
    /// Blocks, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub blocks: usize,
    /// Tokens of a sequence, or steps of a series, that are looked at, the first ones, at least 1. Default 512.
    #[schemars(range(min = 1))]
    pub context: usize,
    /// How a token knows its position: `learned` or `rotary`. Default `learned`.
    pub positions: Positions,
    /// The layer behind attention: `gelu` or `swiglu`. Default `gelu`.
    pub feed_forward: FeedForward,
    /// The normalisation before each layer: `layer` or `rms`. Default `layer`.
    pub norm: TokenNorm,
    /// Probability that an element of a branch, or of the embedding, is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Probability that a token's share in what another one sees is dropped in training, `[0, 1)`: dropout on what softmax gives. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub attention_dropout: f64,
    /// Block `b` of `B`, counted from 0, is left out for a sequence with this probability times `b / (B − 1)`, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub stochastic_depth: f64,
    /// Whether the inner results of blocks are made anew in the backward pass instead of kept: less memory, the time of one more forward pass, the same bits. On flex;
    /// elsewhere they are kept. Default false.
    pub recompute: bool,
}

impl Default for TransformerConfig {
    fn default() -> Self {
        Self {
            width: 128,
            heads: 4,
            blocks: 2,
            context: 512,
            positions: Positions::default(),
            feed_forward: FeedForward::default(),
            norm: TokenNorm::default(),
            dropout: 0.0,
            attention_dropout: 0.0,
            stochastic_depth: 0.0,
            recompute: false,
        }
    }
}

/// An encoder. Its parameters are those of [`Gpt`](super::Gpt), with biases, `output.weight` and `output.bias`, and for time series `input.weight` and `input.bias` in place
/// of `stack.tokens`.
#[derive(Module, Debug)]
pub struct Transformer {
    /// From the numbers of a step to its vector.
    input: Option<nn::Linear>,
    stack: Stack,
    output: nn::Linear,
}

impl TransformerConfig {
    /// No more positions than the longest sequence has.
    fn style(&self, longest: usize) -> StackStyle {
        StackStyle {
            width: self.width,
            heads: self.heads,
            blocks: self.blocks,
            positions: self.positions,
            feed_forward: self.feed_forward,
            norm: self.norm,
            bias: true,
            dropout: self.dropout,
            attention_dropout: self.attention_dropout,
            stochastic_depth: self.stochastic_depth,
            context: self.context.min(longest.max(1)),
            causal: false,
            recompute: self.recompute,
        }
    }

    /// Checks the configuration against the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, a width that the heads do not divide, data that are no token sequences, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        let input = input.into();
        let (mut plan, longest, vocabulary) = first(&input.shape, outputs)?;
        let style = self.style(longest);
        check_stack(&style)?;
        check::at_least("model.context", self.context, 1)?;
        if let Some(shape) = input.shape.as_series() {
            plan.weight([shape.channels, self.width], style.context, true);
            plan.becomes(&[style.context, self.width]);
            plan.layer("input", "a vector for each step")?;
        }
        style.plan(&mut plan, vocabulary)?;
        plan.becomes(&[self.width]);
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`TransformerConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Transformer, ModelError> {
        let input = input.into();
        self.summary(input.clone(), outputs)?;
        let (_, longest, vocabulary) = first(&input.shape, outputs)?;
        let mut init = Init::new(device, seed);
        let stack = Stack::new(&mut init, &self.style(longest), vocabulary);
        let series = input.shape.as_series();
        let input = series.map(|shape| init.linear(shape.channels, self.width, true));
        Ok(Transformer { input, stack, output: init.linear(self.width, outputs, true) })
    }
}

/// The plan, the longest sequence, and how many tokens there are, where the steps are such.
fn first(shape: &InputShape, outputs: usize) -> Result<(Plan, usize, Option<usize>), ModelError> {
    if shape.as_series().is_some() {
        let (plan, shape) = Plan::of_series(shape, "transformer", outputs)?;
        return Ok((plan, shape.longest, None));
    }
    let (plan, shape) = Plan::of_tokens(shape, "transformer", outputs)?;
    Ok((plan, shape.longest, Some(shape.vocabulary)))
}

impl ModelKind for TransformerConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Self::summary(self, input.clone(), outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.attention_dropout > 0.0 || self.stochastic_depth > 0.0
    }
}

impl Forward for Transformer {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        if let Some(input) = &self.input {
            let batch = series(inputs);
            let (x, lengths) = Steps::of(&batch).rows(batch.values, self.stack.context());
            let ids = vec![0u32; lengths.iter().sum()].into();
            let rows = TokenRows::packed(ids, lengths);
            let x = self.stack.forward_from(affine(input, x), &rows, seed, observer);
            return affine(&self.output, rows.mean(x));
        }
        let rows = token_rows(inputs, self.stack.context());
        let x = self.stack.forward(&rows, seed, observer);
        affine(&self.output, rows.mean(x))
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.stack.scale_dropout(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let first = Operation::from(SequenceOperation::First { most: self.stack.context() });
        let mut all: Vec<Operation> = match &self.input {
            Some(input) => {
                let linear = Operation::TokenLinear { layer: "input".to_owned(), bias: input.bias.is_some() };
                vec![SequenceOperation::Turned.into(), first, linear]
            }
            None => vec![first, SequenceOperation::Vectors { tensor: "stack.tokens".to_owned() }.into()],
        };
        all.extend(self.stack.operations("stack"));
        let mean = [SequenceOperation::Turned.into(), SequenceOperation::Mean.into()];
        all.extend(mean.into_iter().chain([linear_operation("output", &self.output)]));
        all
    }
}
