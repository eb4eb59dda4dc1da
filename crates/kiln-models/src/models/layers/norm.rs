//! Normalisations.

use burn::nn::GroupNormConfig;
use kiln_core::{Range, check};
use serde::{Deserialize, Serialize};

use super::layer::{Layer, LayerNorm};
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::init::Init;
use crate::norm::BatchNormStyle;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// Batch normalisation of each channel or feature: `torch.nn.BatchNorm2d` and `BatchNorm1d`. Reads features and feature maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self::default())]
pub struct BatchNormLayer {
    /// What is added to a variance, greater than 0. Default 1e-5.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub epsilon: f64,
    /// The share of a batch in the running statistics, 0 to 1. Default 0.1.
    #[schemars(transform = Range::UNIT.bounds())]
    pub momentum: f64,
}

/// Normalisation of the features of each item or token: `torch.nn.LayerNorm` over the last dimension. Reads features and tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self::default())]
pub struct LayerNormLayer {
    /// What is added to a variance, greater than 0. Default 1e-5.
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub epsilon: f64,
}

/// Normalisation of groups of channels of each item (Wu and He: Group normalization, 2018): `torch.nn.GroupNorm`. Reads features and feature maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { groups: 4, epsilon: epsilon() })]
pub struct GroupNormLayer {
    /// Groups, a divisor of the channels: 1 normalises all of an item together, as many as channels each channel by itself.
    #[schemars(range(min = 1))]
    pub groups: usize,
    /// What is added to a variance, greater than 0. Default 1e-5.
    #[serde(default = "epsilon")]
    #[schemars(transform = Range::POSITIVE.bounds())]
    pub epsilon: f64,
}

fn epsilon() -> f64 {
    BatchNormStyle::TORCH.epsilon
}

impl Default for BatchNormLayer {
    fn default() -> Self {
        let BatchNormStyle { epsilon, momentum } = BatchNormStyle::TORCH;
        Self { epsilon, momentum }
    }
}

impl Default for LayerNormLayer {
    fn default() -> Self {
        Self { epsilon: epsilon() }
    }
}

impl GroupNormLayer {
    /// So many groups.
    pub fn new(groups: usize) -> Self {
        Self { groups, epsilon: epsilon() }
    }
}

/// Channels of a map, or features.
fn channels(at: &Place<'_>) -> Result<usize, ModelError> {
    match at.input {
        Shape::Features(features) => Ok(features),
        Shape::Map([channels, ..]) => Ok(channels),
        Shape::Tokens(_) => Err(at.refuse(LayerProblem::NotForTokens)),
    }
}

/// Features of an item or a token.
fn features(at: &Place<'_>) -> Result<usize, ModelError> {
    match at.input {
        Shape::Features(features) => Ok(features),
        Shape::Tokens([_, width]) => Ok(width),
        Shape::Map(_) => Err(at.refuse(LayerProblem::NotForMaps)),
    }
}

fn check_epsilon(key: &str, epsilon: f64) -> Result<(), ModelError> {
    Range::POSITIVE.check(&format!("{key}.epsilon"), epsilon)?;
    Ok(())
}

/// A scale and a shift.
fn two_each(width: usize, plan: &mut Plan) {
    plan.parameters(width.checked_mul(2));
}

impl LayerKind for BatchNormLayer {}

impl Part for BatchNormLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        Range::UNIT.check(&format!("{key}.momentum"), self.momentum)?;
        check_epsilon(key, self.epsilon)
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        channels(at).map(|_| at.input)
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        two_each(channels(at)?, plan);
        Ok("batch norm".to_owned())
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let Self { epsilon, momentum } = *self;
        Ok(Layer::BatchNorm(BatchNormStyle { epsilon, momentum }.init(channels(at)?, init.device())))
    }
}

impl LayerKind for LayerNormLayer {}

impl Part for LayerNormLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        check_epsilon(key, self.epsilon)
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        match features(at)? {
            1 => Err(at.refuse(LayerProblem::OneNumber)),
            _ => Ok(at.input),
        }
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        two_each(features(at)?, plan);
        Ok("layer norm".to_owned())
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::LayerNorm(LayerNorm::new(init, features(at)?, self.epsilon)))
    }
}

impl LayerKind for GroupNormLayer {}

impl Part for GroupNormLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        check::at_least(&format!("{key}.groups"), self.groups, 1)?;
        check_epsilon(key, self.epsilon)
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        let (groups, channels) = (self.groups, channels(at)?);
        if !channels.is_multiple_of(groups) {
            let of = if matches!(at.input, Shape::Map(_)) { "channels" } else { "features" };
            return Err(at.refuse(LayerProblem::Groups { groups, channels, of }));
        }
        if at.input.dims().into_iter().fold(1, usize::saturating_mul) == groups {
            return Err(at.refuse(LayerProblem::OneNumber));
        }
        Ok(at.input)
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        two_each(channels(at)?, plan);
        Ok(format!("group norm of {}", self.groups))
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let config = GroupNormConfig::new(self.groups, channels(at)?).with_epsilon(self.epsilon);
        Ok(Layer::GroupNorm(config.init(init.device())))
    }
}
