//! A block of FT-Transformer.

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::Tensor;
use kiln_core::Seed;

use crate::attention::{SelfAttention, linear_over_tokens};
use crate::dropout::Dropout;
use crate::init::Init;
use crate::norm::{layer_norm_of, layer_normalised, widened};
use crate::observe::Observer;
use crate::{Activation, Operation};

/// What layer norm adds to a variance.
pub(super) const EPSILON: f64 = 1e-5;

/// Sizes and probabilities of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct BlockStyle {
    pub(super) width: usize,
    pub(super) heads: usize,
    pub(super) units: usize,
    pub(super) attention_dropout: f64,
    pub(super) dropout: f64,
    pub(super) residual_dropout: f64,
}

/// `x + attention(norm(x))`, then `x + W₂ (a ∘ relu(b))` with `[a, b] = W₁ norm(x)`. The first block has no first norm.
#[derive(Module, Debug)]
pub(super) struct Block {
    norm1: Option<LayerNorm>,
    attn: SelfAttention,
    norm2: LayerNorm,
    linear1: Linear,
    dropout: Dropout,
    linear2: Linear,
    residual_dropout: Dropout,
}

impl Block {
    pub(super) fn new(init: &mut Init<'_>, style: BlockStyle, first: bool) -> Self {
        let (width, units) = (style.width, style.units);
        Self {
            norm1: (!first).then(|| layer_norm_of(width, init.device())),
            attn: SelfAttention::uniform(init, width, style.heads).with_dropout(style.attention_dropout),
            norm2: layer_norm_of(width, init.device()),
            linear1: init.linear(width, 2 * units, true),
            dropout: Dropout::checked(style.dropout),
            linear2: init.linear(units, width, true),
            residual_dropout: Dropout::checked(style.residual_dropout),
        }
    }

    /// Gives each dropout a share of its probability, and says whether any had one.
    pub(super) fn scale_dropout(&mut self, share: f64) -> bool {
        let inside = self.dropout.scale(share) | self.residual_dropout.scale(share);
        self.attn.scale_dropout(share) | inside
    }

    /// What the block at `path` does to all tokens.
    pub(super) fn operations(&self, path: &str) -> [Operation; 2] {
        let norm = |name: &str| Operation::LayerNorm { layer: format!("{path}.{name}"), epsilon: EPSILON };
        let linear = |name: &str| Operation::TokenLinear { layer: format!("{path}.{name}"), bias: true };
        let attention = self.attn.operation(format!("{path}.attn"));
        let first = self.norm1.as_ref().map(|_| norm("norm1"));
        [
            Operation::Residual(first.into_iter().chain([attention]).collect()),
            Operation::Residual(vec![norm("norm2"), linear("linear1"), Operation::Reglu, linear("linear2")]),
        ]
    }

    /// `[N, tokens, width]` to the same, or where it is the `last` to `[N, 1, width]`: nobody looks at the other tokens. Shares of attention
    /// are dropped by `seed.at(0)`, what attention adds by `seed.at(1)`, hidden units by `seed.at(2)`, what they add by `seed.at(3)`.
    pub(super) fn forward(
        &self,
        x: Tensor<3>,
        last: bool,
        seed: Option<Seed>,
        attention: &dyn Fn() -> String,
        observer: &mut Observer<'_>,
    ) -> Tensor<3> {
        let at = |index| seed.map(|seed| seed.at(index));
        let normed = match &self.norm1 {
            Some(norm) => layer_normalised(norm, x.clone(), EPSILON),
            None => x.clone(),
        };
        let attended = widened(self.attn.forward(normed, at(0), attention, observer));
        let [mut x, mut attended] = [x, attended];
        if last {
            (x, attended) = (x.narrow(1, 0, 1), attended.narrow(1, 0, 1));
        }
        let x = x.add(self.residual_dropout.forward(attended, at(1)));
        let hidden = linear_over_tokens(&self.linear1, layer_normalised(&self.norm2, x.clone(), EPSILON));
        let half = hidden.dims()[2] / 2;
        let gates = Activation::Relu.forward(hidden.clone().narrow(2, half, half));
        let hidden = self.dropout.forward(hidden.narrow(2, 0, half).mul(gates), at(2));
        let added = widened(linear_over_tokens(&self.linear2, hidden));
        x.add(self.residual_dropout.forward(added, at(3)))
    }
}
