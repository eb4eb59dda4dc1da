//! Embeddings, blocks and the last norm of a transformer.

use burn::module::{Module, Param};
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Rotary, embedding};

use super::block::{STD, TokenBlock};
use super::recompute;
use super::rows::TokenRows;
use super::style::{NormOfTokens, Positions, StackStyle};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::{Observer, each};
use crate::{Operation, SequenceOperation};

/// The base of the angles by which positions are told.
pub(super) const BASE: f64 = 10_000.0;

/// Tokens to vectors, which know of the others of their sequence.
#[derive(Module, Debug)]
pub(crate) struct Stack {
    /// None where vectors are made otherwise.
    tokens: Option<Param<Tensor<2>>>,
    pub(super) positions: Option<Param<Tensor<2>>>,
    dropout: Dropout,
    pub(super) blocks: Vec<TokenBlock>,
    pub(super) norm: NormOfTokens,
    #[module(skip)]
    angles: Angles,
    context: usize,
    /// Whether blocks are made anew in the backward pass.
    recompute: bool,
}

/// The rotation of positions, where there is one.
#[derive(Debug, Clone)]
struct Angles(Option<Rotary>);

impl Stack {
    pub(crate) fn new(init: &mut Init<'_>, style: &StackStyle, vocabulary: Option<usize>) -> Self {
        let StackStyle { width, context, .. } = *style;
        let tokens = init.next_layer();
        let positions = init.next_layer();
        let learned = style.positions == Positions::Learned;
        let rotary = || Rotary::new(context, width / style.heads, BASE);
        Self {
            tokens: vocabulary.map(|vocabulary| init.normal([vocabulary, width], STD, tokens.at(0))),
            positions: learned.then(|| init.normal([context, width], STD, positions.at(0))),
            dropout: Dropout::checked(style.dropout),
            blocks: (0..style.blocks).map(|block| TokenBlock::new(init, style, block)).collect(),
            norm: NormOfTokens::new(init, style),
            angles: Angles((!learned).then(rotary)),
            context,
            recompute: style.recompute,
        }
    }

    /// Gives each dropout a share of its probability, and says whether any had one.
    pub(crate) fn scale_dropout(&mut self, share: f64) -> bool {
        let blocks = self.blocks.iter_mut().fold(false, |any, block| block.scale_dropout(share) | any);
        self.dropout.scale(share) | blocks
    }

    /// The vectors of the tokens, `[vocabulary, width]`.
    pub(crate) fn table(&self) -> Tensor<2> {
        // Models of tokens have them; others do not ask.
        self.tokens.as_ref().map_or_else(|| unreachable!("a stack without tokens"), |tokens| tokens.val())
    }

    /// The most tokens of a sequence.
    pub(crate) fn context(&self) -> usize {
        self.context
    }

    /// A vector for each row. With a seed, dropout behind the embeddings draws from `seed.at(0)`, block `b` from `seed.at(1 + b)`.
    pub(crate) fn forward(
        &self,
        rows: &TokenRows,
        seed: Option<Seed>,
        observer: &mut Observer<'_>,
    ) -> Tensor<2> {
        let mut x = embedding(self.table(), &rows.ids);
        if observer.taps() {
            let padded = rows.padded(x);
            let tokens = padded.dims()[1];
            x = rows.without_padding(observer.embedded("stack.tokens", padded, || each(tokens)));
        }
        self.forward_from(x, rows, seed, observer)
    }

    /// The same of vectors that are made otherwise, `[rows, width]`.
    pub(crate) fn forward_from(
        &self,
        mut x: Tensor<2>,
        rows: &TokenRows,
        seed: Option<Seed>,
        observer: &mut Observer<'_>,
    ) -> Tensor<2> {
        if let Some(positions) = &self.positions {
            x = x.add(embedding(positions.val(), &rows.positions));
        }
        x = self.dropout.forward(x, seed.map(|seed| seed.at(0)));
        for (b, block) in self.blocks.iter().enumerate() {
            let (rotary, seed) = (self.angles.0.as_ref(), seed.map(|seed| seed.at(1 + b as u64)));
            x = match self.recompute {
                true => recompute::forward(block, x, rows, rotary, seed),
                false => block.forward(x, rows, rotary, seed),
            };
            x = observer.see(|| format!("blocks.{b}"), x);
        }
        self.norm.forward(x)
    }

    /// What it does with vectors of tokens, as the stack at `path`.
    pub(crate) fn operations(&self, path: &str) -> Vec<Operation> {
        let positions = self
            .positions
            .as_ref()
            .map(|_| Operation::from(SequenceOperation::Positions { tensor: format!("{path}.positions") }));
        let rotary = self.angles.0.as_ref().map(|_| BASE);
        let block = |(b, block): (usize, &TokenBlock)| {
            block.operations(&format!("{path}.blocks.{b}"), rotary, self.context)
        };
        let blocks = self.blocks.iter().enumerate().flat_map(block);
        positions.into_iter().chain(blocks).chain([self.norm.operation(format!("{path}.norm"))]).collect()
    }
}
