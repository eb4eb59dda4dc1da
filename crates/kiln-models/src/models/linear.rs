//! Linear and (multinomial) logistic regression.

use burn::module::Module;
use burn::nn;
use burn::tensor::{Device, Tensor};
use kiln_core::Seed;
use kiln_data::Inputs;
use serde::{Deserialize, Serialize};

use super::kind::{Forward, ModelKind};
use crate::dense::{affine, linear_operation};
use crate::init::Init;
use crate::observe::Observer;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{ModelError, ModelInput, Operation, Summary};

/// One linear layer: linear or (multinomial) logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = LinearConfig::default())]
pub struct LinearConfig {
    /// Whether there is an intercept. Default true.
    pub bias: bool,
}

/// A linear model: `y = x W + b`. Its parameters are `output.weight` (`[features, outputs]`) and `output.bias`.
#[derive(Module, Debug)]
pub struct Linear {
    output: nn::Linear,
}

impl Default for LinearConfig {
    fn default() -> Self {
        Self { bias: true }
    }
}

impl LinearConfig {
    /// Checks the configuration against the shape of the data and says what the model would be.
    ///
    /// # Errors
    /// [`ModelError`] for data without features or outputs, or with more than 2³¹ of their product.
    pub fn summary(&self, input: impl Into<ModelInput>, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(&input.into(), outputs)
    }

    fn plan(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        let mut plan = Plan::new(&input.shape, outputs)?;
        plan.flatten();
        plan.linear("output", outputs, self.bias)?;
        Ok(plan.finish())
    }

    /// Makes the model; `seed` is for [`kiln_core::Purpose::Init`]. Images are read as rows of pixels.
    ///
    /// # Errors
    /// As [`LinearConfig::summary`].
    pub fn init(
        &self,
        input: impl Into<ModelInput>,
        outputs: usize,
        device: &Device,
        seed: Seed,
    ) -> Result<Linear, ModelError> {
        let input = input.into();
        self.plan(&input, outputs)?;
        Ok(Linear { output: Init::new(device, seed).linear(input.shape.features(), outputs, self.bias) })
    }
}

impl ModelKind for LinearConfig {
    fn summary(&self, input: &ModelInput, outputs: usize) -> Result<Summary, ModelError> {
        self.plan(input, outputs)
    }

    fn intercept(&self) -> Option<bool> {
        Some(self.bias)
    }
}

impl Linear {
    /// `[N, features]` to raw outputs `[N, outputs]`.
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        affine(&self.output, x)
    }
}

impl Forward for Linear {
    fn forward(&self, inputs: Inputs, _seed: Option<Seed>, _observer: &mut Observer<'_>) -> Tensor<2> {
        self.forward(inputs.flat())
    }

    fn operations(&self) -> Vec<Operation> {
        vec![Operation::Flatten, linear_operation("output", &self.output)]
    }
}
