//! Linear layers.

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// A linear layer: `torch.nn.Linear`. Reads features, or tokens one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self::new(64))]
pub struct LinearLayer {
    /// Features behind it, at least 1.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// Whether each feature has a bias, which batch norm behind it would subtract again. Default true.
    #[serde(default = "yes")]
    pub bias: bool,
}

fn yes() -> bool {
    true
}

impl LinearLayer {
    /// So many features, with biases.
    pub fn new(width: usize) -> Self {
        Self { width, bias: yes() }
    }
}

/// The features of what it gets, and how many times it is used for one item.
fn inputs(at: &Place<'_>) -> Result<(usize, usize), ModelError> {
    match at.input {
        Shape::Features(features) => Ok((features, 1)),
        Shape::Tokens([tokens, width]) => Ok((width, tokens)),
        Shape::Map(_) => Err(at.refuse(LayerProblem::NotForMaps)),
    }
}

impl LayerKind for LinearLayer {}

impl Part for LinearLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        check::at_least(&format!("{key}.width"), self.width, 1)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        inputs(at)?;
        Ok(match at.input {
            Shape::Tokens([tokens, _]) => Shape::Tokens([tokens, self.width]),
            _ => Shape::Features(self.width),
        })
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        let (features, times) = inputs(at)?;
        plan.weight([features, self.width], times, self.bias);
        Ok("linear".to_owned())
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::Linear(init.linear(inputs(at)?.0, self.width, self.bias)))
    }
}
