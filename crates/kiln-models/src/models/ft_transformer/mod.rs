//! FT-Transformer: attention between the columns of a table.

mod block;
mod tokens;

use burn::module::Module;
use burn::nn::{LayerNorm, Linear};
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::{InputShape, Inputs};
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind};
use crate::dense::{affine, linear_operation};
use crate::init::Init;
use crate::norm::{layer_norm_of, layer_normalised};
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{Activation, ModelError, ModelInput, Operation, Summary};
use block::{Block, BlockStyle, EPSILON};
use tokens::ColumnTokens;

/// FT-Transformer, for tables: each column is a token, and a token of the row looks at them through blocks of a transformer. The package
/// rtdl-revisiting-models' `FTTransformer` with its defaults (Gorishniy, Rubachev, Khrulkov and Babenko 2021). A step takes far longer than one of an
/// `mlp`, and the longer the more columns there are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = FtTransformerConfig { width: 64, units: 85, ..FtTransformerConfig::default() })]
pub struct FtTransformerConfig {
    /// Blocks, at least 1. Default 3.
    #[schemars(range(min = 1))]
    pub blocks: usize,
    /// Numbers of a token, a multiple of `heads`, at least 1. Default 192.
    pub width: usize,
    /// Heads of attention, at least 1. Default 8.
    #[schemars(range(min = 1))]
    pub heads: usize,
    /// Units of the feed-forward layers, at least 1. The package has four thirds of the width. Default 256.
    #[schemars(range(min = 1))]
    pub units: usize,
    /// Probability that a share of attention is dropped in training, `[0, 1)`. Default 0.2.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub attention_dropout: f64,
    /// Probability that a unit of the feed-forward layers is dropped in training, `[0, 1)`. Default 0.1.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Probability that a number of what a branch adds is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub residual_dropout: f64,
}

/// FT-Transformer. Its parameters are `tokens.weight`, `.bias` and `.cls`, `blocks.N.attn.qkv.weight` and `.proj.weight` and so on, `blocks.N.norm1` (not of
/// the first block), `.norm2`, `.linear1` and `.linear2`, `norm.gamma` and `.beta`, `output.weight` and `.bias`.
#[derive(Module, Debug)]
pub struct FtTransformer {
    tokens: ColumnTokens,
    blocks: Vec<Block>,
    norm: LayerNorm,
    output: Linear,
}

impl Default for FtTransformerConfig {
    fn default() -> Self {
        Self {
            blocks: 3,
            width: 192,
            heads: 8,
            units: 256,
            attention_dropout: 0.2,
            dropout: 0.1,
            residual_dropout: 0.0,
        }
    }
}

impl FtTransformerConfig {
    fn style(&self) -> BlockStyle {
        let Self { width, heads, units, attention_dropout, dropout, residual_dropout, .. } = *self;
        BlockStyle { width, heads, units, attention_dropout, dropout, residual_dropout }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a probability outside `[0, 1)`, a size of zero, a width that is no multiple of the heads, data that is no table or without
    /// features or outputs, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        let Self { blocks, width, heads, units, .. } = *self;
        for (name, size) in [("blocks", blocks), ("width", width), ("heads", heads), ("units", units)] {
            check::at_least(&format!("model.{name}"), size, 1)?;
        }
        Range::BELOW_ONE.check("model.attention_dropout", self.attention_dropout)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        Range::BELOW_ONE.check("model.residual_dropout", self.residual_dropout)?;
        if !width.is_multiple_of(heads) {
            return Err(ModelError::Heads { width, heads, pair: 1 });
        }
        if !matches!(input.shape, InputShape::Table(_)) {
            return Err(ModelError::NoTable { setting: "model.kind", found: input.shape.words() });
        }
        let mut plan = Plan::new(&input.shape, outputs)?;
        let (features, columns) = (input.shape.features(), tokens::count(input));
        let tokens = columns.saturating_add(1);
        plan.matrix(features, width, 1);
        plan.parameters(columns.checked_mul(width));
        plan.becomes(&[tokens, width]);
        plan.layer("tokens", "a token for each column, and one of the row")?;
        for block in 0..blocks {
            let (last, inside) = (block + 1 == blocks, units.saturating_mul(2));
            plan.matrix(width, width.saturating_mul(3), tokens);
            plan.matrix(width, width, tokens);
            let rows = if last { 1 } else { tokens };
            plan.matrix(width, inside, rows);
            plan.matrix(units, width, rows);
            plan.parameters(width.checked_mul(if block == 0 { 2 } else { 4 }));
            plan.becomes(&[rows, width]);
            let kind =
                format!("transformer block: layer norm, attention of {heads} heads, linear, reglu, linear");
            plan.layer(&format!("blocks.{block}"), kind)?;
        }
        plan.becomes(&[width]);
        plan.parameters(width.checked_mul(2));
        plan.layer("norm", "layer norm of the token of the row, relu")?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`].
    ///
    /// # Errors
    /// As [`FtTransformerConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<FtTransformer, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let mut init = Init::new(device, seed);
        let tokens = ColumnTokens::new(&mut init, &input, self.width);
        let blocks = (0..self.blocks).map(|block| Block::new(&mut init, self.style(), block == 0)).collect();
        let norm = layer_norm_of(self.width, device);
        Ok(FtTransformer { tokens, blocks, norm, output: init.linear(self.width, outputs, true) })
    }
}

impl ModelKind for FtTransformerConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        [self.attention_dropout, self.dropout, self.residual_dropout].into_iter().any(|drop| drop > 0.0)
    }
}

impl FtTransformer {
    /// `[N, features]` to raw outputs `[N, outputs]`. With a seed, dropout is on: block `b` draws from `seed.at(b)`.
    pub fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<2>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let mut x = self.tokens.forward(x);
        for (b, block) in self.blocks.iter().enumerate() {
            let (seed, last) = (seed.map(|seed| seed.at(b as u64)), b + 1 == self.blocks.len());
            x = block.forward(x, last, seed, &|| format!("blocks.{b}.attn"), observer);
            x = observer.see(|| format!("blocks.{b}"), x);
        }
        let row = layer_normalised(&self.norm, x.flatten::<2>(1, 2), EPSILON);
        affine(&self.output, Activation::Relu.forward(row))
    }
}

impl Forward for FtTransformer {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(inputs.flat(), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.blocks.iter_mut().fold(false, |any, block| block.scale_dropout(share) | any)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = vec![self.tokens.operation("tokens")];
        operations.extend(
            self.blocks.iter().enumerate().flat_map(|(b, block)| block.operations(&format!("blocks.{b}"))),
        );
        operations.extend([
            Operation::FirstToken,
            Operation::LayerNorm { layer: "norm".to_owned(), epsilon: EPSILON },
            Operation::Activation(Activation::Relu),
            linear_operation("output", &self.output),
        ]);
        operations
    }
}
