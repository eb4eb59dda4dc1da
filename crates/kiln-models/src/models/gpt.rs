//! A decoder that says which token comes next.

use std::sync::Arc;

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::{Inputs, TokenShape};
use kiln_kernels::linear_cross_entropy;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, token_rows};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::sequence::{Decoder, FeedForward, Positions, Stack, StackStyle, TokenNorm, TokenRows};
use crate::{ModelError, ModelInput, Operation, Summary};

/// A language model: a transformer whose tokens see those before them, and whose output shares the vectors of the tokens (Radford and others: Language models
/// are unsupervised multitask learners, 2019). It learns on a corpus, `data.source = "corpus"`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = GptConfig { width: 384, heads: 6, blocks: 6, context: 256, ..GptConfig::default() })]
pub struct GptConfig {
    /// Columns of a token, a multiple of `heads`, at least 1. Default 128.
    pub width: usize,
    /// Heads of attention, at least 1. Default 4.
    #[schemars(range(min = 1))]
    pub heads: usize,
    /// Blocks, at least 1. Default 4.
    #[schemars(range(min = 1))]
    pub blocks: usize,
    /// Tokens that the model looks back on, and windows of the corpus are long, at least 1. Default 64.
    #[schemars(range(min = 1))]
    pub context: usize,
    /// How a token knows its position: `learned` or `rotary`. Default `learned`.
    pub positions: Positions,
    /// The layer behind attention: `gelu` or `swiglu`. Default `gelu`.
    pub feed_forward: FeedForward,
    /// The normalisation before each layer: `layer` or `rms`. Default `layer`.
    pub norm: TokenNorm,
    /// Whether linear layers and layer norm have a bias. Default false.
    pub bias: bool,
    /// Probability that an element of a branch, or of the embedding, is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Probability that a token's share in what another one sees is dropped in training, `[0, 1)`: dropout on what softmax gives. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub attention_dropout: f64,
    /// Whether the inner results of blocks are made anew in the backward pass instead of kept: less memory, the time of one more forward pass, the same bits. On flex;
    /// elsewhere they are kept. Default false.
    pub recompute: bool,
}

impl Default for GptConfig {
    fn default() -> Self {
        Self {
            width: 128,
            heads: 4,
            blocks: 4,
            context: 64,
            positions: Positions::default(),
            feed_forward: FeedForward::default(),
            norm: TokenNorm::default(),
            bias: false,
            dropout: 0.0,
            attention_dropout: 0.0,
            recompute: false,
        }
    }
}

/// A language model. Its parameters are `stack.tokens` (`[vocabulary, width]`, also the weight of the output), `stack.positions`, for each block
/// `stack.blocks.N.norm1`, `.attn.qkv`, `.attn.proj`, `.norm2`, `.mlp.fc1`, `.mlp.fc2`, and `stack.norm`.
#[derive(Module, Debug)]
pub struct Gpt {
    stack: Stack,
}

impl GptConfig {
    fn style(&self) -> StackStyle {
        StackStyle {
            width: self.width,
            heads: self.heads,
            blocks: self.blocks,
            positions: self.positions,
            feed_forward: self.feed_forward,
            norm: self.norm,
            bias: self.bias,
            dropout: self.dropout,
            attention_dropout: self.attention_dropout,
            stochastic_depth: 0.0,
            context: self.context,
            causal: true,
            recompute: self.recompute,
        }
    }

    /// Checks the configuration against the data and says what the model would be. It has an output for each token, so that `outputs` does not count.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, a width that the heads do not divide, data that are no token sequences, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>) -> Result<Summary, ModelError> {
        let input = input.into();
        let (mut plan, TokenShape { vocabulary, .. }) = Plan::of_tokens(&input.shape, "gpt", 1)?;
        check_stack(&self.style())?;
        check::at_least("model.context", self.context, 1)?;
        self.style().plan(&mut plan, Some(vocabulary))?;
        plan.becomes(&[self.context, vocabulary]);
        plan.layer("output", "linear, by the vectors of the tokens")?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`GptConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        _outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Gpt, ModelError> {
        let input = input.into();
        self.summary(input.clone())?;
        let (_, TokenShape { vocabulary, .. }) = Plan::of_tokens(&input.shape, "gpt", 1)?;
        Ok(Gpt { stack: Stack::new(&mut Init::new(device, seed), &self.style(), Some(vocabulary)) })
    }
}

/// Checks what blocks have in common.
pub(super) fn check_stack(style: &StackStyle) -> Result<(), ModelError> {
    check::at_least("model.width", style.width, 1)?;
    check::at_least("model.heads", style.heads, 1)?;
    check::at_least("model.blocks", style.blocks, 1)?;
    Range::BELOW_ONE.check("model.dropout", style.dropout)?;
    Range::BELOW_ONE.check("model.attention_dropout", style.attention_dropout)?;
    Range::BELOW_ONE.check("model.stochastic_depth", style.stochastic_depth)?;
    let pair = if style.positions == Positions::Rotary { 2 } else { 1 };
    match style.width.is_multiple_of(style.heads * pair) {
        true => Ok(()),
        false => Err(ModelError::Heads { width: style.width, heads: style.heads, pair }),
    }
}

impl ModelKind for GptConfig {
    fn summary(&self, input: &ModelInput, _: usize) -> Result<Summary, ModelError> {
        Self::summary(self, input.clone())
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.attention_dropout > 0.0
    }
}

impl Gpt {
    /// The most tokens that it looks back on.
    pub fn context(&self) -> usize {
        self.stack.context()
    }

    /// The mean cross-entropy of the tokens that follow, `[1]`. `ids`: windows one after another, each `length` tokens; `next`: the token behind each of these,
    /// [`u32::MAX`] where none is to be learned. With a seed, dropout is on.
    ///
    /// # Panics
    /// When windows are longer than the context or not whole, or an id is no token.
    pub fn loss(&self, ids: &Arc<[u32]>, next: &Arc<[u32]>, length: usize, seed: Option<Seed>) -> Tensor<1> {
        let lengths = self.windows(ids, length);
        self.packed_loss(ids, next, &lengths, seed)
    }

    /// The same of sequences of these lengths one after another, without padding: none sees another one, and positions begin anew with each.
    ///
    /// # Panics
    /// When a length is beyond the context, they are not together all of `ids`, or an id is no token.
    pub fn packed_loss(
        &self,
        ids: &Arc<[u32]>,
        next: &Arc<[u32]>,
        lengths: &[usize],
        seed: Option<Seed>,
    ) -> Tensor<1> {
        linear_cross_entropy(self.vectors(ids, lengths, seed), self.stack.table(), next, 0.0)
    }

    /// How likely each token is to follow each of `ids`, as logits `[ids.len(), vocabulary]`. Windows are as for [`Gpt::loss`].
    ///
    /// # Panics
    /// As [`Gpt::loss`].
    pub fn logits(&self, ids: &Arc<[u32]>, length: usize, seed: Option<Seed>) -> Tensor<2> {
        self.vectors(ids, &self.windows(ids, length), seed).matmul(self.stack.table().transpose())
    }

    /// The model at work on one text, for as long as its weights stay: see [`Decoder`].
    pub fn decoder(&self) -> Decoder {
        Decoder::new(&self.stack)
    }

    fn windows(&self, ids: &[u32], length: usize) -> Vec<usize> {
        assert!(
            length > 0 && ids.len().is_multiple_of(length),
            "gpt: {} tokens are no windows of {length}",
            ids.len()
        );
        vec![length; ids.len() / length]
    }

    fn vectors(&self, ids: &Arc<[u32]>, lengths: &[usize], seed: Option<Seed>) -> Tensor<2> {
        let longest = lengths.iter().copied().max().unwrap_or(0);
        assert!(
            lengths.iter().sum::<usize>() == ids.len() && longest <= self.context(),
            "gpt: {} tokens are no sequences of together {}, or these are longer than {}",
            ids.len(),
            lengths.iter().sum::<usize>(),
            self.context()
        );
        let rows = TokenRows::packed(ids.clone(), lengths.to_vec());
        self.stack.forward(&rows, seed, &mut Observer::nobody())
    }
}

impl Forward for Gpt {
    /// The logits of the token that follows each sequence.
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let rows = token_rows(inputs, self.context());
        let x = rows.last(self.stack.forward(&rows, seed, observer));
        x.matmul(self.stack.table().transpose())
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.stack.scale_dropout(share)
    }

    fn operations(&self) -> Vec<Operation> {
        vec![Operation::Special { layer: "stack".to_owned(), what: "a decoder that writes texts" }]
    }
}
