//! A block of a transformer, over rows of tokens.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Rotary, attention, attention_with_dropout, gelu, residual, swiglu};

use super::rows::TokenRows;
use super::style::{FeedForward, NormOfTokens, StackStyle};
use crate::dense::affine;
use crate::dropout::Dropout;
use crate::init::Init;
use crate::{Activation, Operation, SequenceOperation};

/// `x + attention(norm(x))`, then `x + feed_forward(norm(x))`.
#[derive(Module, Debug)]
pub(crate) struct TokenBlock {
    pub(super) norm1: NormOfTokens,
    pub(super) attn: Attention,
    pub(super) norm2: NormOfTokens,
    pub(super) mlp: Mlp,
    dropout: Dropout,
    /// The probability that a sequence goes past a branch.
    depth: f64,
}

#[derive(Module, Debug)]
pub(super) struct Attention {
    pub(super) qkv: Linear,
    pub(super) proj: Linear,
    pub(super) heads: usize,
    causal: bool,
    /// Of what softmax gives.
    dropout: Dropout,
}

impl Attention {
    fn forward(&self, qkv: Tensor<2>, rows: &TokenRows, seed: Option<Seed>) -> Tensor<2> {
        let (heads, sequences, causal) = (self.heads, &rows.sequences, self.causal);
        match self.dropout.probability().zip(seed) {
            Some((probability, seed)) => {
                attention_with_dropout(qkv, heads, sequences, causal, probability, seed)
            }
            None => attention(qkv, heads, sequences, causal),
        }
    }
}

#[derive(Module, Debug)]
pub(super) struct Mlp {
    pub(super) fc1: Linear,
    pub(super) fc2: Linear,
    pub(super) gated: bool,
}

/// Standard deviation of the first weights. Those of layers that end a branch are smaller by the root of the number of branches (Radford and others: Language
/// models are unsupervised multitask learners, 2019).
pub(crate) const STD: f64 = 0.02;

fn linear(init: &mut Init<'_>, [inputs, outputs]: [usize; 2], std: f64, bias: bool) -> Linear {
    let seed = init.next_layer();
    let weight = init.normal([inputs, outputs], std, seed.at(0));
    Linear { weight, bias: bias.then(|| init.zeros(outputs)) }
}

impl TokenBlock {
    pub(crate) fn new(init: &mut Init<'_>, style: &StackStyle, block: usize) -> Self {
        let StackStyle { width, heads, blocks, feed_forward, bias, causal, .. } = *style;
        let last = STD / (2.0 * blocks as f64).sqrt();
        let [inside, first] = feed_forward.widths(width);
        let deepest = blocks.saturating_sub(1).max(1) as f64;
        Self {
            norm1: NormOfTokens::new(init, style),
            attn: Attention {
                qkv: linear(init, [width, 3 * width], STD, bias),
                proj: linear(init, [width, width], last, bias),
                heads,
                causal,
                dropout: Dropout::checked(style.attention_dropout),
            },
            norm2: NormOfTokens::new(init, style),
            mlp: Mlp {
                fc1: linear(init, [width, first], STD, bias),
                fc2: linear(init, [inside, width], last, bias),
                gated: feed_forward == FeedForward::Swiglu,
            },
            dropout: Dropout::checked(style.dropout),
            depth: style.stochastic_depth * block as f64 / deepest,
        }
    }

    /// Gives each dropout a share of its probability, and says whether any had one.
    pub(super) fn scale_dropout(&mut self, share: f64) -> bool {
        self.attn.dropout.scale(share) | self.dropout.scale(share)
    }

    /// With a seed, dropout of the branches draws from `seed.at(0)` and `seed.at(1)`, depth from `seed.at(2)` and `seed.at(3)`, dropout of the shares of attention
    /// from `seed.at(4)`.
    pub(crate) fn forward(
        &self,
        x: Tensor<2>,
        rows: &TokenRows,
        rotary: Option<&Rotary>,
        seed: Option<Seed>,
    ) -> Tensor<2> {
        let mut qkv = affine(&self.attn.qkv, self.norm1.forward(x.clone()));
        if let Some(rotary) = rotary {
            qkv = rotary.turn(qkv, &rows.positions);
        }
        let attended = self.attn.forward(qkv, rows, seed.map(|seed| seed.at(4)));
        let x = self.back(x, affine(&self.attn.proj, attended), rows, seed, 0);
        let hidden = affine(&self.mlp.fc1, self.norm2.forward(x.clone()));
        let hidden = if self.mlp.gated { swiglu(hidden) } else { gelu(hidden) };
        self.back(x, affine(&self.mlp.fc2, hidden), rows, seed, 1)
    }

    /// What it does in evaluation, as the block at `path`, of tokens at up to so many positions.
    pub(super) fn operations(&self, path: &str, rotary: Option<f64>, positions: usize) -> [Operation; 2] {
        let linear = |name: &str, layer: &Linear| Operation::TokenLinear {
            layer: format!("{path}.mlp.{name}"),
            bias: layer.bias.is_some(),
        };
        let attention = SequenceOperation::Attention {
            layer: format!("{path}.attn"),
            heads: self.attn.heads,
            rotary,
            positions,
        };
        let inside = match self.mlp.gated {
            true => SequenceOperation::Swiglu.into(),
            false => Operation::Activation(Activation::Gelu),
        };
        let (fc1, fc2) = (linear("fc1", &self.mlp.fc1), linear("fc2", &self.mlp.fc2));
        [
            Operation::Residual(vec![self.norm1.operation(format!("{path}.norm1")), attention.into()]),
            Operation::Residual(vec![self.norm2.operation(format!("{path}.norm2")), fc1, inside, fc2]),
        ]
    }

    /// Where branch `index` comes back.
    fn back(
        &self,
        x: Tensor<2>,
        branch: Tensor<2>,
        rows: &TokenRows,
        seed: Option<Seed>,
        index: u64,
    ) -> Tensor<2> {
        let Some(seed) = seed else { return residual(x, branch, 0.0, None) };
        let branch = if self.depth > 0.0 {
            let draws = seed.at(2 + index);
            let factor = |item: usize| match draws.uniform(item as u64) < self.depth {
                true => 0.0,
                false => (1.0 - self.depth).recip(),
            };
            let factors = rows.spread(factor, &branch.device());
            branch.mul(factors)
        } else {
            branch
        };
        let probability = self.dropout.probability().unwrap_or(0.0);
        residual(x, branch, probability, Some(seed.at(index)))
    }
}
