//! Vision transformers as timm has them.

use burn::module::{Module, Param};
use burn::nn::conv::Conv2d;
use burn::nn::{self, LayerNorm};
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed};
use kiln_data::Inputs;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind, images};
use super::settings::published_settings;
use crate::attention::{SelfAttention, linear_over_tokens};
use crate::convolution::{conv_operation, convolve};
use crate::dense::{affine, linear_operation};
use crate::dropout::{Dropout, StochasticDepth};
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::norm::{layer_norm_of, layer_normalised};
use crate::observe::Observer;
use crate::plan::Plan;
use crate::published::Published;
use crate::schema::JsonSchema;
use crate::{Activation, ModelError, ModelInput, Operation, Summary};

published_settings! {
    /// ViT-Tiny with patches of 16x16 pixels, as timm's `vit_tiny_patch16_224`: 5.7 million parameters with 1,000 classes. Height and width are
    /// multiples of 16; weights fit images of the size that they were trained with, 224×224.
    VitTinyConfig("vit-tiny") for VitTiny {
        /// Probability that one of the features before the output is dropped, `[0, 1)`. Default 0.
        dropout: 0.0,
        /// Probability that a patch's share in what another one sees is dropped, `[0, 1)`: dropout on what softmax gives. Default 0.
        attention_dropout: 0.0,
        /// Block `b` of the 12, counted from 0, is left out for an item with this probability times `b / 11`, `[0, 1)`. Default 0.
        stochastic_depth: 0.0,
    }
    |settings| Architecture::new(192, 3, [settings.dropout, settings.attention_dropout, settings.stochastic_depth])
}

published_settings! {
    /// ViT-Small with patches of 16x16 pixels, as timm's `vit_small_patch16_224`: 22.1 million parameters with 1,000 classes. Height and width are
    /// multiples of 16; weights fit images of the size that they were trained with, 224×224.
    VitSmallConfig("vit-small") for VitSmall {
        /// Probability that one of the features before the output is dropped, `[0, 1)`. Default 0.
        dropout: 0.0,
        /// Probability that a patch's share in what another one sees is dropped, `[0, 1)`: dropout on what softmax gives. Default 0.
        attention_dropout: 0.0,
        /// Block `b` of the 12, counted from 0, is left out for an item with this probability times `b / 11`, `[0, 1)`. Default 0.
        stochastic_depth: 0.0,
    }
    |settings| Architecture::new(384, 6, [settings.dropout, settings.attention_dropout, settings.stochastic_depth])
}

/// [`VitTinyConfig`] makes it.
pub type VitTiny = VisionTransformer;
/// [`VitSmallConfig`] makes it.
pub type VitSmall = VisionTransformer;

/// A vision transformer (Dosovitskiy and others: An image is worth 16x16 words, 2020; in these sizes Touvron and others, 2021).
///
/// Patches of 16x16 pixels become tokens, behind one that stands for the image; learned positions are added. Twelve blocks of
/// `x + attention(norm(x))` and `x + W₂ gelu(W₁ norm(x))` follow, layer norm (ε 1e-6) and a linear output on the first token. Parameters are
/// called as timm's, `blocks.0.attn.qkv.weight`, but for `output`, which is `head` there.
#[derive(Module, Debug)]
pub struct VisionTransformer {
    cls_token: Param<Tensor<3>>,
    pos_embed: Param<Tensor<3>>,
    patch_embed: PatchEmbed,
    blocks: Vec<Block>,
    norm: LayerNorm,
    dropout: Dropout,
    output: nn::Linear,
}

#[derive(Module, Debug)]
pub(crate) struct PatchEmbed {
    proj: Conv2d,
}

#[derive(Module, Debug)]
pub(crate) struct Block {
    norm1: LayerNorm,
    attn: SelfAttention,
    norm2: LayerNorm,
    mlp: Mlp,
    depth: StochasticDepth,
}

#[derive(Module, Debug)]
pub(crate) struct Mlp {
    fc1: nn::Linear,
    fc2: nn::Linear,
}

/// What distinguishes one of these networks from another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Architecture {
    pub(crate) width: usize,
    pub(crate) heads: usize,
    pub(crate) blocks: usize,
    pub(crate) dropout: f64,
    pub(crate) attention_dropout: f64,
    pub(crate) stochastic_depth: f64,
}

const PATCH: usize = 16;
/// How many times wider the hidden layers are.
const EXPANSION: usize = 4;
const EPSILON: f64 = 1e-6;
/// Standard deviation of the first weights, and of the first token.
const STD: f64 = 0.02;
const TOKEN_STD: f64 = 1e-6;

const TIMM: Published = Published::new("timm", |name| match name.strip_prefix("output.") {
    Some(rest) => format!("head.{rest}"),
    None => name.to_owned(),
});

impl Architecture {
    pub(crate) fn new(
        width: usize,
        heads: usize,
        [dropout, attention_dropout, stochastic_depth]: [f64; 3],
    ) -> Self {
        Self { width, heads, blocks: 12, dropout, attention_dropout, stochastic_depth }
    }

    pub(crate) fn plan(
        &self,
        kind: &'static str,
        input: &ModelInput,
        outputs: usize,
    ) -> Result<Summary, ModelError> {
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.needs_images(kind)?;
        let [channels, height, width] = plan.image();
        if !height.is_multiple_of(PATCH) || !width.is_multiple_of(PATCH) {
            return Err(ModelError::NotPatches { model: kind, height, width, patch: PATCH });
        }
        let patches = Filters::patches(channels, self.width, PATCH);
        plan.filters(&patches);
        plan.layer("patch_embed", patches.describe())?;
        let tokens = (height / PATCH).saturating_mul(width / PATCH).saturating_add(1);
        plan.becomes(&[tokens, self.width]);
        plan.parameters(Some(self.width));
        plan.layer("cls_token", "a token of the image")?;
        plan.parameters(tokens.checked_mul(self.width));
        plan.layer("pos_embed", "plus the positions")?;
        for block in 0..self.blocks {
            for (inputs, outputs) in [(1, 3), (1, 1), (1, EXPANSION), (EXPANSION, 1)] {
                plan.matrix(inputs * self.width, outputs * self.width, tokens);
            }
            plan.parameters(Some(4 * self.width));
            let kind = format!(
                "transformer block: layer norm, attention of {} heads, linear, gelu, linear",
                self.heads
            );
            plan.layer(&format!("blocks.{block}"), kind)?;
        }
        plan.becomes(&[self.width]);
        plan.parameters(Some(2 * self.width));
        plan.layer("norm", "the first token, layer norm")?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    pub(crate) fn build(
        &self,
        [channels, height, width]: [usize; 3],
        outputs: usize,
        init: &mut Init<'_>,
    ) -> VisionTransformer {
        let tokens = (height / PATCH) * (width / PATCH) + 1;
        let (token, positions) = (init.next_layer(), init.next_layer());
        let cls_token = init.normal([1, 1, self.width], TOKEN_STD, token.at(0));
        let pos_embed = init.normal([1, tokens, self.width], STD, positions.at(0));
        let proj = Filters::patches(channels, self.width, PATCH).init(init, Draw::FanIn);
        let last = self.blocks.saturating_sub(1).max(1) as f64;
        let blocks = (0..self.blocks)
            .map(|block| self.block(init, self.stochastic_depth * block as f64 / last))
            .collect();
        let norm = layer_norm_of(self.width, init.device());
        VisionTransformer {
            cls_token,
            pos_embed,
            patch_embed: PatchEmbed { proj },
            blocks,
            norm,
            dropout: Dropout::checked(self.dropout),
            output: init.linear_normal(self.width, outputs, STD),
        }
    }

    fn block(&self, init: &mut Init<'_>, depth: f64) -> Block {
        let hidden = EXPANSION * self.width;
        Block {
            norm1: layer_norm_of(self.width, init.device()),
            attn: SelfAttention::new(init, self.width, self.heads, STD).with_dropout(self.attention_dropout),
            norm2: layer_norm_of(self.width, init.device()),
            mlp: Mlp {
                fc1: init.linear_normal(self.width, hidden, STD),
                fc2: init.linear_normal(hidden, self.width, STD),
            },
            depth: StochasticDepth::checked(depth),
        }
    }
}

impl Block {
    /// The attention is left out by `seed.at(0)`, the perceptron by `seed.at(1)`; shares of attention are dropped by `seed.at(2)`.
    fn forward(
        &self,
        x: Tensor<3>,
        seed: Option<Seed>,
        attention: &dyn Fn() -> String,
        observer: &mut Observer<'_>,
    ) -> Tensor<3> {
        let at = |index| seed.map(|seed| seed.at(index));
        let normed = layer_normalised(&self.norm1, x.clone(), EPSILON);
        let attended = self.attn.forward(normed, at(2), attention, observer);
        let x = x.add(self.depth.forward(attended, at(0)));
        let hidden = linear_over_tokens(&self.mlp.fc1, layer_normalised(&self.norm2, x.clone(), EPSILON));
        let y = linear_over_tokens(&self.mlp.fc2, Activation::Gelu.forward(hidden));
        x.add(self.depth.forward(y, at(1)))
    }

    /// What it does, as the block at `path`.
    fn operations(&self, path: &str) -> [Operation; 2] {
        let attention = self.attn.operation(format!("{path}.attn"));
        let linear = |name: &str| Operation::TokenLinear { layer: format!("{path}.mlp.{name}"), bias: true };
        let hidden = [linear("fc1"), Operation::Activation(Activation::Gelu), linear("fc2")];
        [
            Operation::Residual(vec![layer_norm(format!("{path}.norm1")), attention]),
            Operation::Residual([layer_norm(format!("{path}.norm2"))].into_iter().chain(hidden).collect()),
        ]
    }
}

fn layer_norm(layer: String) -> Operation {
    Operation::LayerNorm { layer, epsilon: EPSILON }
}

impl VisionTransformer {
    /// `[N, channels, height, width]` to raw outputs `[N, outputs]`. With a seed, dropout is on and draws from `seed.at(0)`, block `b` from
    /// `seed.at(1 + b)`.
    pub fn forward(&self, x: Tensor<4>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<4>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let patches = convolve(&self.patch_embed.proj, x).flatten::<3>(2, 3).permute([0, 2, 1]);
        let [items, _, width] = patches.dims();
        let token = self.cls_token.val().expand([items, 1, width]);
        let mut x = Tensor::cat(vec![token, patches], 1).add(self.pos_embed.val());
        for (b, block) in self.blocks.iter().enumerate() {
            let seed = seed.map(|seed| seed.at(1 + b as u64));
            x = block.forward(x, seed, &|| format!("blocks.{b}.attn"), observer);
            x = observer.see(|| format!("blocks.{b}"), x);
        }
        // The norm is of each token by itself: that of the first is enough.
        let first: Tensor<2> = x.narrow(1, 0, 1).flatten(1, 2);
        let first = layer_normalised(&self.norm, first, EPSILON);
        affine(&self.output, self.dropout.forward(first, seed.map(|seed| seed.at(0))))
    }
}

impl Forward for VisionTransformer {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(images(inputs), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        let attention =
            self.blocks.iter_mut().fold(false, |any, block| block.attn.scale_dropout(share) | any);
        self.dropout.scale(share) | attention
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = vec![
            conv_operation("patch_embed.proj".to_owned(), &self.patch_embed.proj),
            Operation::Tokens,
            Operation::Prepend { tensor: "cls_token".to_owned() },
            Operation::Plus { tensor: "pos_embed".to_owned() },
        ];
        for (b, block) in self.blocks.iter().enumerate() {
            operations.extend(block.operations(&format!("blocks.{b}")));
        }
        operations.extend([Operation::FirstToken, layer_norm("norm".to_owned())]);
        operations.push(linear_operation("output", &self.output));
        operations
    }

    fn published(&self) -> &'static [Published] {
        &[TIMM]
    }
}
