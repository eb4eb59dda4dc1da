//! The multi-layer perceptron.

use burn::module::{Module, Param};
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::{Range, Seed};
use kiln_data::Inputs;
use kiln_kernels::{Act, linear};
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind};
use crate::dense::{Dense, DenseStyle, affine, scaled_operation};
use crate::dropout::{DenseDropoutStyle, Dropout, GaussianNoise};
use crate::embedding::front::{self, embedded};
use crate::embedding::{Categories, EmbeddedColumns, Front};
use crate::first_values::fitted;
use crate::init::Init;
use crate::observe::Observer;
use crate::parametrization::{scaled, times};
use crate::plan::{self, Plan};
use crate::schema::JsonSchema;
use crate::{
    Activation, CategoriesConfig, DropoutKind, EmbeddingConfig, FirstValues, ModelError, ModelInput, Norm,
    Operation, Parametrization, Summary,
};

/// A multi-layer perceptron: for each width a linear layer, norm, activation and dropout, then a linear output.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = MlpConfig { hidden: vec![64, 32], dropout: 0.2, ..MlpConfig::default() })]
pub struct MlpConfig {
    /// Widths of the hidden layers, each at least 1. Default `[128]`.
    pub hidden: Vec<usize>,
    /// What follows each linear layer and its norm. Default relu.
    pub activation: Activation,
    /// Probability that a hidden unit is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub dropout: f64,
    /// What dropout does to a hidden unit. Default element.
    pub dropout_kind: DropoutKind,
    /// Probability that an input is dropped in training, `[0, 1)`. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub input_dropout: f64,
    /// Standard deviation of the normal noise that is added to each input in training, before they are dropped; at least 0.
    /// Default 0.
    #[schemars(transform = Range::at_least(0.0).bounds())]
    pub input_noise: f64,
    /// Normalisation between a linear layer and its activation. Default none. Before batch norm a layer has no bias,
    /// which would be subtracted again.
    pub norm: Norm,
    /// Whether each input is multiplied by a factor that is learned, 1 at the start; with an embedding each feature that it gives. Default: false.
    #[serde(skip_serializing_if = "is_off")]
    pub input_scale: bool,
    /// What weights that are learned are to those that compute, `standard` or `ntk`. Default: standard.
    #[serde(skip_serializing_if = "is_standard")]
    pub parametrization: Parametrization,
    /// What the first weights and biases are, `drawn` or `data`: fitted to rows of the training part. `data` is for layers without a norm.
    /// Default: drawn.
    #[serde(skip_serializing_if = "FirstValues::are_drawn")]
    pub first_values: FirstValues,
    /// Whether each hidden unit learns how much of its activation counts: `x + a (f(x) − x)`, with a = 1 at the start. Default: false.
    #[serde(skip_serializing_if = "is_off")]
    pub learned_activation: bool,
    /// Tables only: how each number becomes several features, before the first layer. Default: not at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub embedding: Option<EmbeddingConfig>,
    /// Tables only: which columns of categories become vectors that are learned, before the first layer. Default: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub categories: Option<CategoriesConfig>,
}

fn is_off(switch: &bool) -> bool {
    !switch
}

fn is_standard(parametrization: &Parametrization) -> bool {
    *parametrization == Parametrization::Standard
}

/// A multi-layer perceptron. Its parameters are `layers.N.linear.weight` (`[inputs, width]`) and `.bias` (absent
/// before batch norm, which would subtract it again), `layers.N.norm.gamma` and `.beta`, `output.weight` and
/// `output.bias`, `scale` and `layers.N.alpha` where they are asked for, and with an embedding `embedding.numbers.frequencies`, `.phases` (PBLD), `.linear.weight` and `.linear.bias`,
/// with vectors of categories `categories.vectors.N`.
#[derive(Module, Debug)]
pub struct Mlp {
    noise: GaussianNoise,
    dropout: Dropout,
    categories: Option<Categories>,
    embedding: Option<EmbeddedColumns>,
    /// A factor for each feature.
    scale: Option<Param<Tensor<1>>>,
    layers: Vec<Dense>,
    output: nn::Linear,
    /// What the weight of the output is multiplied by.
    #[module(skip)]
    gain: f64,
}

impl Default for MlpConfig {
    fn default() -> Self {
        Self {
            hidden: vec![128],
            activation: Activation::default(),
            dropout: 0.0,
            dropout_kind: DropoutKind::default(),
            input_dropout: 0.0,
            input_noise: 0.0,
            norm: Norm::default(),
            input_scale: false,
            parametrization: Parametrization::default(),
            first_values: FirstValues::default(),
            learned_activation: false,
            embedding: None,
            categories: None,
        }
    }
}

impl MlpConfig {
    fn style(&self) -> DenseStyle {
        let dropout = DenseDropoutStyle { kind: self.dropout_kind, probability: self.dropout };
        let (parametrization, alpha) = (self.parametrization, self.learned_activation);
        DenseStyle { norm: self.norm, activation: self.activation, dropout, parametrization, alpha }
    }

    fn front(&self) -> Front<'_> {
        Front { categories: self.categories.as_ref(), numbers: self.embedding.as_ref() }
    }

    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for a probability outside `[0, 1)`, noise below 0, a width of zero, an embedding of data without numbers, data without features or outputs, or
    /// more than 2³¹ parameters.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        Range::BELOW_ONE.check("model.dropout", self.dropout)?;
        Range::BELOW_ONE.check("model.input_dropout", self.input_dropout)?;
        Range::at_least(0.0).check("model.input_noise", self.input_noise)?;
        plan::check_widths("model.hidden", &self.hidden)?;
        if self.norm != Norm::None && !self.first_values.are_drawn() {
            return Err(ModelError::NormOfFirstValues);
        }
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.flatten();
        self.front().plan(&mut plan, input)?;
        if self.input_scale {
            plan.scale()?;
        }
        plan.dense_stack(&self.hidden, self.style())?;
        plan.linear("output", outputs, true)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`]. Images are read as rows of pixels.
    ///
    /// # Errors
    /// As [`MlpConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Mlp, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        let mut init = Init::new(device, seed);
        let (categories, embedding, columns) = self.front().layers(&mut init, input);
        let width = columns.len();
        let scale = self.input_scale.then(|| init.ones(width));
        let (layers, width) = Dense::stack(&mut init, width, &self.hidden, self.style());
        let output = self.parametrization.linear(&mut init, width, outputs, true);
        let gain = self.parametrization.gain(width);
        let noise = GaussianNoise::checked(self.input_noise);
        let dropout = Dropout::checked(self.input_dropout);
        Ok(Mlp { noise, dropout, categories, embedding, scale, layers, output, gain })
    }
}

impl ModelKind for MlpConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn starts_from_rows(&self) -> bool {
        !self.first_values.are_drawn()
    }

    fn is_random(&self) -> bool {
        self.dropout > 0.0 || self.input_dropout > 0.0 || self.input_noise > 0.0
    }
}

impl Mlp {
    /// The model with [first values](FirstValues::Data) for these rows, `[N, features]`.
    pub(super) fn fitted(self, x: Tensor<2>, seed: Seed) -> Self {
        let x = self.features(x);
        let (layers, x) = Dense::fitted(self.layers, x, seed.at(0));
        let output = fitted(self.output, self.gain, x, seed.at(1));
        Self { layers, output, ..self }
    }

    /// What the first layer gets of rows.
    fn features(&self, x: Tensor<2>) -> Tensor<2> {
        let x = embedded(self.categories.as_ref(), self.embedding.as_ref(), x);
        match &self.scale {
            Some(scale) => times(x, scale),
            None => x,
        }
    }

    /// `[N, features]` to raw outputs `[N, outputs]`. With a seed, dropout and noise are on: dropout of the
    /// inputs draws from `seed.at(0)`, hidden layer `l` from `seed.at(1 + l)`, noise on the inputs from what comes next.
    pub fn forward(&self, x: Tensor<2>, seed: Option<Seed>) -> Tensor<2> {
        self.pass(x, seed, &mut Observer::nobody())
    }

    fn pass(&self, x: Tensor<2>, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        let at = |index: usize| seed.map(|seed| seed.at(index as u64));
        let x = self.noise.forward(x, at(1 + self.layers.len()));
        let x = self.dropout.forward(x, at(0));
        let x = Dense::forward_stack(&self.layers, self.features(x), |l| at(1 + l), observer);
        if self.gain == 1.0 {
            return affine(&self.output, x);
        }
        let bias = self.output.bias.as_ref().map(|bias| bias.val());
        linear(x, scaled(self.output.weight.val(), self.gain), bias, Act::None)
    }
}

impl Forward for Mlp {
    fn forward(&self, inputs: Inputs, seed: Option<Seed>, observer: &mut Observer<'_>) -> Tensor<2> {
        self.pass(inputs.flat(), seed, observer)
    }

    fn scale_dropout(&mut self, share: f64) -> bool {
        self.dropout.scale(share) | Dense::scale_dropout(&mut self.layers, share)
    }

    fn operations(&self) -> Vec<Operation> {
        let mut operations = vec![Operation::Flatten];
        operations.extend(front::operations(self.categories.as_ref(), self.embedding.as_ref()));
        operations.extend(self.scale.as_ref().map(|_| Operation::Times { tensor: "scale".to_owned() }));
        operations.extend(Dense::operations(&self.layers));
        operations.push(scaled_operation("output", &self.output, self.gain));
        operations
    }
}
