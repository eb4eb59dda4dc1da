//! One vector of all that there is.

use serde::{Deserialize, Serialize};

use super::layer::{Layer, Nothing};
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// All numbers of a feature map, or of all tokens, in one vector: `torch.nn.Flatten`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self {})]
pub struct FlattenLayer {}

impl LayerKind for FlattenLayer {}

impl Part for FlattenLayer {
    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        if let Shape::Features(_) = at.input {
            return Err(at.refuse(LayerProblem::AlreadyFlat));
        }
        let dims = at.input.dims();
        Ok(Shape::Features(dims.into_iter().fold(1, usize::saturating_mul)))
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok("flatten".to_owned())
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::Flatten(Nothing {}))
    }
}
