//! Activations.

use serde::{Deserialize, Serialize};

use super::layer::{Activated, Layer};
use super::part::{LayerKind, Part, Place, Shape};
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;
use crate::{Activation, ModelError};

/// A function of each number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self { function: Activation::Gelu })]
pub struct ActivationLayer {
    /// Which. Default relu.
    pub function: Activation,
}

impl LayerKind for ActivationLayer {}

impl Part for ActivationLayer {
    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        Ok(at.input)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok(self.function.name().to_owned())
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::Activation(Activated { function: self.function }))
    }
}
