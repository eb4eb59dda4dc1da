//! Attention.

use burn::module::Module;
use burn::nn::Linear;
use burn::tensor::{Tensor, activation};
use kiln_kernels::{Act, linear};

use crate::Operation;
use crate::init::Init;

/// `softmax(Q Kᵀ / √d) V` (Vaswani and others: Attention is all you need, 2017), each `[N, heads, tokens, d]`.
pub(crate) fn attend(query: Tensor<4>, key: Tensor<4>, value: Tensor<4>) -> Tensor<4> {
    let width = query.dims()[3] as f64;
    let scores = query.mul_scalar(width.sqrt().recip()).matmul(key.transpose());
    activation::softmax(scores, 3).matmul(value)
}

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
}

impl SelfAttention {
    /// `width` is a multiple of `heads`.
    pub(crate) fn new(init: &mut Init<'_>, width: usize, heads: usize, std: f64) -> Self {
        let qkv = init.linear_normal(width, 3 * width, std);
        Self { qkv, proj: init.linear_normal(width, width, std), heads }
    }

    /// What it does, as the layer at `layer`.
    pub(crate) fn operation(&self, layer: String) -> Operation {
        Operation::Attention { layer, heads: self.heads }
    }

    /// `[N, tokens, width]` to the same.
    pub(crate) fn forward(&self, x: Tensor<3>) -> Tensor<3> {
        let [items, tokens, width] = x.dims();
        let inner = width / self.heads;
        let qkv = linear_over_tokens(&self.qkv, x);
        let qkv = qkv.reshape([items, tokens, 3, self.heads, inner]).permute([2, 0, 3, 1, 4]);
        let [query, key, value] =
            [0, 1, 2].map(|part| qkv.clone().narrow(0, part, 1).reshape([items, self.heads, tokens, inner]));
        let y = attend(query, key, value).permute([0, 2, 1, 3]);
        linear_over_tokens(&self.proj, y.reshape([items, tokens, width]))
    }
}
