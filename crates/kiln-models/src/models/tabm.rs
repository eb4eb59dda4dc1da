//! TabM: many perceptrons that share most of their weights.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed, check};
use kiln_data::Inputs;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind};
use crate::batch_ensemble::{BatchEnsemble, Heads, Scaling};
use crate::dropout::Dropout;
use crate::embedding::front::{self, embedded};
use crate::embedding::{Categories, EmbeddedColumns, Front};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::{Activation, CategoriesConfig, EmbeddingConfig, ModelError, ModelInput, Operation, Summary};

/// TabM: an ensemble of perceptrons in one, for tables. All heads share the matrices; each has its own scales of the inputs and outputs of a
/// layer, biases and output layer. In training every head has its own loss, and their mean is what falls; a prediction is the mean of
/// their probabilities, or numbers. As the package `tabm` has it, with its defaults (Gorishniy, Kotelnikov and Babenko 2025).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = TabmConfig { hidden: vec![128, 128], heads: 16, ..TabmConfig::default() })]
pub struct TabmConfig {
    /// Widths of the hidden layers, at least one, each at least 1. Default `[512, 512, 512]`.
    pub hidden: Vec<usize>,
    /// How many predictions are made for an item, at least 1; time and memory grow with it. Default 32.
    #[schemars(range(min = 1))]
    pub heads: usize,
    /// What follows each layer. Default relu.
    pub activation: Activation,
    /// Probability that a hidden unit is dropped in training, of each head on its own, `[0, 1)`. Default 0.1.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// Tables only: how each number becomes several features, before the first layer. Default: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingConfig>,
    /// Tables only: which columns of categories become vectors that are learned, before the first layer. Default: none, as the package has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<CategoriesConfig>,
}

/// TabM. Its parameters are `layers.N.weight` (`[inputs, width]`), `.scale_in` (`[heads, inputs]`), `.scale_out` and `.bias`
/// (`[heads, width]`), `output.weight` (`[heads, width, outputs]`) and `output.bias` (`[heads, outputs]`), and those of an embedding as
/// [`Mlp`](crate::Mlp) has them.
#[derive(Module, Debug)]
pub struct Tabm {
    categories: Option<Categories>,
    embedding: Option<EmbeddedColumns>,
    layers: Vec<BatchEnsemble>,
    #[module(skip)]
    activation: Activation,
    dropout: Dropout,
    output: Heads,
}

impl Default for TabmConfig {
    fn default() -> Self {
        Self {
            hidden: vec![512; 3],
            heads: 32,
            activation: Activation::Relu,
            dropout: 0.1,
            embedding: None,
            categories: None,
        }
    }
}

impl TabmConfig {
    fn front(&self) -> Front<'_> {
        Front { categories: self.categories.as_ref(), numbers: self.embedding.as_ref() }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a dropout outside `[0, 1)`, no layer, a width or a number of heads of zero, an embedding of data without
    /// numbers, data without features or outputs, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        check::at_least("model.heads", self.heads, 1)?;
        if self.hidden.is_empty() {
            return Err(ModelError::NoLayers { model: "tabm" });
        }
        plan::check_widths("model.hidden", &self.hidden)?;
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.flatten();
        self.front().plan(&mut plan, input)?;
        for (l, &width) in self.hidden.iter().enumerate() {
            let kind = format!("{} heads, {}", self.heads, self.activation.name());
            plan.batch_ensemble(&format!("layers.{l}"), kind, width, self.heads)?;
        }
        plan.heads("output", outputs, self.heads)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`]. Images are read as rows of pixels.
    ///
    /// # Errors
    /// As [`TabmConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Tabm, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let mut init = Init::new(device, seed);
        let (categories, embedding, columns) = self.front().layers(&mut init, input);
        // What is one column has one scale in a head; it is a sign, and with an embedding any number.
        let embeds = embedding.is_some() || categories.is_some();
        let first = if embeds { Scaling::Normal(&columns) } else { Scaling::Signs(&columns) };
        let mut width = columns.len();
        let mut layers = Vec::with_capacity(self.hidden.len());
        for (l, &outputs) in self.hidden.iter().enumerate() {
            let scaling = if l == 0 { first } else { Scaling::Ones };
            layers.push(BatchEnsemble::new(&mut init, [width, outputs], self.heads, scaling));
            width = outputs;
        }
        let output = Heads::new(&mut init, [width, outputs], self.heads);
        let dropout = Dropout::checked(self.dropout);
        Ok(Tabm { categories, embedding, layers, activation: self.activation, dropout, output })
    }
}

impl ModelKind for TabmConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0
    }
}

impl Tabm {
    /// `[N, features]` to raw outputs `[heads · N, outputs]`, those of all items from the first head, then from the second, and so on.
    /// With a seed, dropout is on: hidden layer `l` draws from `seed.at(l)`.
    pub fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<2>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let x = embedded(self.categories.as_ref(), self.embedding.as_ref(), x);
        let mut x = x.unsqueeze_dim(0);
        for (l, layer) in self.layers.iter().enumerate() {
            let [heads, items, width] = layer.dims(&x);
            let flat = self.activation.forward(layer.forward(x).reshape([heads * items, width]));
            let flat = observer.see(|| format!("layers.{l}"), flat);
            let flat = self.dropout.forward(flat, seed.map(|seed| seed.at(l as u64)));
            x = flat.reshape([heads, items, width]);
        }
        self.output.forward(x).flatten(0, 1)
    }
}

impl Forward for Tabm {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(inputs.flat(), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = vec![Operation::Flatten];
        operations.extend(front::operations(self.categories.as_ref(), self.embedding.as_ref()));
        for layer in 0..self.layers.len() {
            operations.push(Operation::Ensemble { layer: format!("layers.{layer}") });
            operations.extend(Operation::activation(self.activation));
        }
        operations.push(Operation::Heads { layer: "output".to_owned() });
        operations
    }
}
