//! The residual network for tables.

use burn::module::Module;
use burn::nn::{BatchNorm, Linear};
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use kiln_kernels::Act;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind};
use crate::dense::{affine, linear_operation};
use crate::dropout::Dropout;
use crate::embedding::front::{self, embedded};
use crate::embedding::{Categories, EmbeddedColumns, Front};
use crate::init::Init;
use crate::norm::{BatchNormStyle, normalised, widened};
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{Activation, CategoriesConfig, EmbeddingConfig, ModelError, ModelInput, Operation, Summary};

/// A residual network for tables: a linear layer, blocks `x + W₂ relu(W₁ norm(x))`, and a linear output behind batch norm and ReLU. The package
/// rtdl-revisiting-models' `ResNet` (Gorishniy, Rubachev, Khrulkov and Babenko 2021). It has no defaults of its own; these are TabZilla's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TableResnetConfig { width: 64, ..TableResnetConfig::default() })]
pub struct TableResnetConfig {
    /// Blocks, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub blocks: usize,
    /// Features between the blocks, at least 1. Default 128.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// Units inside a block, at least 1. Default 256.
    #[schemars(range(min = 1))]
    pub units: usize,
    /// Probability that a unit inside a block is dropped in training, `[0, 1)`. Default 0.25.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Probability that a feature of what a block adds is dropped in training, `[0, 1)`. Default 0.1.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub residual_dropout: f64,
    /// Tables only: how each number becomes several features, before the first layer. Default: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingConfig>,
    /// Tables only: which columns of categories become vectors that are learned, before the first layer. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<CategoriesConfig>,
}

/// The residual network for tables. Its parameters are `input.weight` and `.bias`, `blocks.N.norm.gamma` and `.beta`, `blocks.N.linear1.weight` and so
/// on, `blocks.N.linear2.weight`, `norm.gamma` and `.beta`, `output.weight` and `.bias`, and those of embeddings as [`Mlp`](crate::Mlp) has them.
#[derive(Module, Debug)]
pub struct TableResnet {
    categories: Option<Categories>,
    embedding: Option<EmbeddedColumns>,
    input: Linear,
    blocks: Vec<Block>,
    norm: BatchNorm,
    output: Linear,
}

#[derive(Module, Debug)]
struct Block {
    norm: BatchNorm,
    linear1: Linear,
    dropout: Dropout,
    linear2: Linear,
    residual_dropout: Dropout,
}

impl Default for TableResnetConfig {
    fn default() -> Self {
        Self {
            blocks: 2,
            width: 128,
            units: 256,
            dropout: 0.25,
            residual_dropout: 0.1,
            embedding: None,
            categories: None,
        }
    }
}

impl TableResnetConfig {
    fn front(&self) -> Front<'_> {
        Front { categories: self.categories.as_ref(), numbers: self.embedding.as_ref() }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a probability outside `[0, 1)`, a width or a number of blocks of zero, an embedding of data without numbers, data
    /// without features or outputs, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        check::at_least("model.blocks", self.blocks, 1)?;
        check::at_least("model.width", self.width, 1)?;
        check::at_least("model.units", self.units, 1)?;
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        Range::BELOW_ONE.check("model.residual_dropout", self.residual_dropout)?;
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.flatten();
        self.front().plan(&mut plan, input)?;
        plan.linear("input", self.width, true)?;
        for block in 0..self.blocks {
            plan.matrix(self.width, self.units, 1);
            plan.matrix(self.units, self.width, 1);
            plan.parameters(self.width.checked_mul(2));
            plan.layer(&format!("blocks.{block}"), "residual block: batch norm, linear, relu, linear")?;
        }
        plan.parameters(self.width.checked_mul(2));
        plan.layer("norm", "batch norm, relu")?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`]. Images are read as rows of pixels.
    ///
    /// # Errors
    /// As [`TableResnetConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<TableResnet, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let mut init = Init::new(device, seed);
        let (categories, embedding, columns) = self.front().layers(&mut init, input);
        let input = init.linear(columns.len(), self.width, true);
        let blocks = (0..self.blocks).map(|_| self.block(&mut init)).collect();
        let norm = BatchNormStyle::TORCH.init(self.width, device);
        Ok(TableResnet {
            categories,
            embedding,
            input,
            blocks,
            norm,
            output: init.linear(self.width, outputs, true),
        })
    }

    fn block(&self, init: &mut Init<'_>) -> Block {
        Block {
            norm: BatchNormStyle::TORCH.init(self.width, init.device()),
            linear1: init.linear(self.width, self.units, true),
            dropout: Dropout::checked(self.dropout),
            linear2: init.linear(self.units, self.width, true),
            residual_dropout: Dropout::checked(self.residual_dropout),
        }
    }
}

impl ModelKind for TableResnetConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.residual_dropout > 0.0
    }
}

impl Block {
    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share) | self.residual_dropout.scale(share)
    }

    /// Units inside are dropped by `seed.at(0)`, what is added by `seed.at(1)`.
    fn forward(
        &self,
        x: Tensor<2>,
        seed: Option<Seed>,
        path: impl FnOnce() -> String,
        observer: &mut Observer<'_>,
    ) -> Tensor<2> {
        let at = |index| seed.map(|seed| seed.at(index));
        let hidden = affine(&self.linear1, normalised(&self.norm, x.clone(), Act::None));
        let hidden = observer.see(path, Activation::Relu.forward(hidden));
        let added = affine(&self.linear2, self.dropout.forward(hidden, at(0)));
        x.add(self.residual_dropout.forward(widened(added), at(1)))
    }
}

impl TableResnet {
    /// `[N, features]` to raw outputs `[N, outputs]`. With a seed, dropout is on: block `b` draws from `seed.at(b)`.
    pub fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<2>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let x = embedded(self.categories.as_ref(), self.embedding.as_ref(), x);
        let mut x = widened(affine(&self.input, x));
        for (b, block) in self.blocks.iter().enumerate() {
            let seed = seed.map(|seed| seed.at(b as u64));
            x = block.forward(x, seed, || format!("blocks.{b}"), observer);
        }
        affine(&self.output, normalised(&self.norm, x, Act::Relu))
    }
}

impl Forward for TableResnet {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(inputs.flat(), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.blocks.iter_mut().fold(false, |any, block| block.scale_dropout(share) | any)
    }

    fn operations(&self) -> Vec<Operation> {
        let norm = |layer: String, norm: &BatchNorm| Operation::BatchNorm { layer, epsilon: norm.epsilon };
        let mut operations = vec![Operation::Flatten];
        operations.extend(front::operations(self.categories.as_ref(), self.embedding.as_ref()));
        operations.push(linear_operation("input", &self.input));
        for (b, block) in self.blocks.iter().enumerate() {
            let path = format!("blocks.{b}");
            operations.push(Operation::Residual(vec![
                norm(format!("{path}.norm"), &block.norm),
                linear_operation(&format!("{path}.linear1"), &block.linear1),
                Operation::Activation(Activation::Relu),
                linear_operation(&format!("{path}.linear2"), &block.linear2),
            ]));
        }
        operations.push(norm("norm".to_owned(), &self.norm));
        operations.push(Operation::Activation(Activation::Relu));
        operations.push(linear_operation("output", &self.output));
        operations
    }
}
