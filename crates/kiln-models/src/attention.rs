//! Attention.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::Tensor;
use kiln_core::Seed;
use kiln_kernels::{Act, attention_weights, linear, self_attention, self_attention_with_dropout};

use crate::Operation;
use crate::dropout::Dropout;
use crate::init::Init;
use crate::observe::Observer;

/// A linear layer on the last dimension.
pub(crate) fn linear_over_tokens(layer: &Linear, x: Tensor<3>) -> Tensor<3> {
    let [items, tokens, width] = x.dims();
    let bias = layer.bias.as_ref().map(|bias| bias.val());
    let y = linear(x.reshape([items * tokens, width]), layer.weight.val(), bias, Act::None);
    let outputs = y.dims()[1];
    y.reshape([items, tokens, outputs])
}

/// Self-attention of several heads, as timm has it: query, key and value are one layer.
#[derive(Module, Debug)]
pub(crate) struct SelfAttention {
    qkv: Linear,
    proj: Linear,
    heads: usize,
    /// Of what softmax gives.
    dropout: Dropout,
}

impl SelfAttention {
    /// `width` is a multiple of `heads`.
    pub(crate) fn new(init: &mut Init<'_>, width: usize, heads: usize, std: f64) -> Self {
        let qkv = init.linear_normal(width, 3 * width, std);
        Self { qkv, proj: init.linear_normal(width, width, std), heads, dropout: Dropout::checked(0.0) }
    }

    /// With weights uniform in `±1/√width`, PyTorch's default for linear layers, and biases of 0.
    pub(crate) fn uniform(init: &mut Init<'_>, width: usize, heads: usize) -> Self {
        let bound = 1.0 / (width as f64).sqrt();
        let qkv = init.linear_between(width, 3 * width, bound);
        Self { qkv, proj: init.linear_between(width, width, bound), heads, dropout: Dropout::checked(0.0) }
    }

    /// With dropout on what softmax gives, with a probability in `[0, 1)`.
    pub(crate) fn with_dropout(self, probability: f64) -> Self {
        Self { dropout: Dropout::checked(probability), ..self }
    }

    /// Gives the dropout a share of its probability, and says whether it had one.
    pub(crate) fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    /// What it does, as the layer at `layer`.
    pub(crate) fn operation(&self, layer: String) -> Operation {
        Operation::Attention { layer, heads: self.heads }
    }

    /// `[N, tokens, width]` to the same. With a seed, dropout is on. `path` is that of the layer.
    pub(crate) fn forward(
        &self,
        x: Tensor<3>,
        seed: Option<Seed>,
        path: &dyn Fn() -> String,
        observer: &mut Observer<'_>,
    ) -> Tensor<3> {
        let qkv = linear_over_tokens(&self.qkv, x);
        if let Some(tap) = observer.attention() {
            tap.attention(&path(), attention_weights(qkv.clone(), self.heads));
        }
        let attended = match self.dropout.probability().zip(seed) {
            Some((probability, seed)) => self_attention_with_dropout(qkv, self.heads, probability, seed),
            None => self_attention(qkv, self.heads),
        };
        linear_over_tokens(&self.proj, attended)
    }
}
