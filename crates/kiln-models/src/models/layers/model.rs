//! The network of a list of layers.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;
use kiln_data::Inputs;
use serde::{Deserialize, Serialize};

use super::layer::{Layer, scale_dropout};
use super::part::{LayerKind, Shape};
use super::problem::LayerProblem;
use super::run::{Signal, run};
use super::{LayerConfig, operations, stack};
use crate::dense::{affine, linear_operation};
use crate::init::Init;
use crate::models::kind::{Forward, ModelKind};
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{ModelError, ModelInput, Operation, Summary};

/// A network of layers, one after the other: `torch.nn.Sequential`. A linear layer to the outputs follows them by itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { layers: vec![super::conv::ConvLayer::new(16).into(), super::pool::GlobalAvgPoolLayer {}.into()] })]
pub struct SequentialConfig {
    /// The layers in the order in which data flow, at least one. Default: none.
    #[schemars(extend("x-sections" = true))]
    pub layers: Vec<LayerConfig>,
}

/// A network of layers, one after the other, and a linear output.
///
/// Parameters are called by the place of their layer in the list: `layers.0.weight`, `layers.1.gamma`, in a residual block
/// `layers.2.layers.0.weight` and `layers.2.shortcut.0.weight`; then `output.weight` and `output.bias`. A PyTorch module whose field `layers` is
/// an `nn.Sequential` of the same layers and whose field `output` is linear has the same names.
#[derive(Module, Debug)]
pub struct Sequential {
    /// What an item is.
    #[module(skip)]
    input: Shape,
    layers: Vec<Layer>,
    output: nn::Linear,
}

/// The key of the list.
const KEY: &str = "model.layers";

impl SequentialConfig {
    /// These layers.
    pub fn new(layers: Vec<LayerConfig>) -> Self {
        Self { layers }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a setting out of its range, for a layer that cannot follow the one before it, or more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs).map(|(summary, _)| summary)
    }

    /// What the model would be, and the number of features that its output layer gets.
    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<(Summary, usize), ModelError> {
        if self.layers.is_empty() {
            return Err(ModelError::NoLayerList);
        }
        stack::check(&self.layers, KEY)?;
        let mut plan = Plan::new(&input.shape, outputs)?;
        let last = stack::plan(&self.layers, KEY, Shape::of(&input.shape), &mut plan)?;
        let Shape::Features(features) = last else {
            return Err(self.last_is(LayerProblem::NotFeatures { output: last.words() }));
        };
        if let Some(LayerConfig::Linear(layer)) = self.layers.last()
            && layer.width == outputs
        {
            return Err(self.last_is(LayerProblem::OutputTwice { outputs }));
        }
        plan.linear("output", outputs, true)?;
        Ok((plan.finish(), features))
    }

    /// The error of the last layer, which cannot be the last.
    fn last_is(&self, problem: LayerProblem) -> ModelError {
        let index = self.layers.len().saturating_sub(1);
        let kind = self.layers.last().map_or("", LayerConfig::name);
        ModelError::Layer { key: format!("{KEY}.{index}"), kind, input: String::new(), problem }
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`]. Layers draw in their order, those of a branch before those of its shortcut.
    ///
    /// # Errors
    /// As [`SequentialConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Sequential, ModelError> {
        let input = input.into();
        let (_, features) = self.plan(&input, outputs)?;
        let mut init = Init::new(device, seed);
        let input = Shape::of(&input.shape);
        let layers = stack::build(&self.layers, KEY, input, &mut init)?;
        Ok(Sequential { input, layers, output: init.linear(features, outputs, true) })
    }
}

impl LayerConfig {
    /// Whether all numbers of the layer are in their ranges, whatever it gets. `key` is its place: `model.layers.3`.
    ///
    /// # Errors
    /// [`ModelError::Number`] with the key of the number.
    pub fn check(&self, key: &str) -> Result<(), ModelError> {
        self.as_part().check(key)
    }
}

impl ModelKind for SequentialConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs).map(|(summary, _)| summary)
    }

    fn is_random(&self) -> bool {
        self.layers.iter().map(LayerConfig::as_kind).any(LayerKind::is_random)
    }
}

impl Forward for Sequential {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        match run(&self.layers, Signal::of(inputs), seed, "layers", observer) {
            Signal::Features(features) => affine(&self.output, features),
            // `init` refuses layers that end so, so this is a mistake in this crate.
            other => unreachable!("the layers ended in {other:?}"),
        }
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        scale_dropout(&mut self.layers, share)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = operations::of(&self.layers, self.input, "layers");
        operations.push(linear_operation("output", &self.output));
        operations
    }
}
