//! What every kind of layer says of itself.

use std::fmt::Debug;

use kiln_data::InputShape;

use super::layer::Layer;
use super::problem::LayerProblem;
use crate::ModelError;
use crate::init::Init;
use crate::plan::Plan;

/// The settings of one kind of layer.
pub trait LayerKind: Debug {
    /// Whether a pass with a seed draws noise.
    fn is_random(&self) -> bool {
        false
    }
}

/// What one item is between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Numbers.
    Features(usize),
    /// Channels, height, width.
    Map([usize; 3]),
    /// How many, and the numbers of each.
    Tokens([usize; 2]),
}

impl Shape {
    /// That of the items that a network gets.
    pub(crate) fn of(input: &InputShape) -> Self {
        match input.as_images() {
            Some(image) => Self::Map(image),
            None => Self::Features(input.features()),
        }
    }

    pub(crate) fn dims(self) -> Vec<usize> {
        match self {
            Self::Features(features) => vec![features],
            Self::Map(map) => map.to_vec(),
            Self::Tokens(tokens) => tokens.to_vec(),
        }
    }

    /// For messages: `a map of 16x7x7 (channels, height, width)`.
    pub(crate) fn words(self) -> String {
        match self {
            Self::Features(1) => "1 feature".to_owned(),
            Self::Features(features) => format!("{features} features"),
            Self::Map([channels, height, width]) => {
                format!("a map of {channels}x{height}x{width} (channels, height, width)")
            }
            Self::Tokens([tokens, width]) => format!("{tokens} tokens of {width} features"),
        }
    }
}

/// A layer in its list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    /// Where it is in the configuration: `model.layers.3`.
    pub(crate) key: &'a str,
    /// Its kind as a configuration names it.
    pub(crate) kind: &'static str,
    /// What it gets.
    pub(crate) input: Shape,
}

impl Place<'_> {
    /// The error of a layer that cannot be here.
    pub(crate) fn refuse(&self, problem: LayerProblem) -> ModelError {
        ModelError::Layer { key: self.key.to_owned(), kind: self.kind, input: self.input.words(), problem }
    }

    /// Where its parameters are in the network: `layers.3`.
    pub(crate) fn path(&self) -> &str {
        self.key.strip_prefix("model.").unwrap_or(self.key)
    }

    pub(crate) fn needs_map(&self) -> Result<[usize; 3], ModelError> {
        match self.input {
            Shape::Map(map) => Ok(map),
            _ => Err(self.refuse(LayerProblem::NeedsMap)),
        }
    }

    pub(crate) fn needs_tokens(&self) -> Result<[usize; 2], ModelError> {
        match self.input {
            Shape::Tokens(tokens) => Ok(tokens),
            _ => Err(self.refuse(LayerProblem::NeedsTokens)),
        }
    }
}

/// What a kind of layer does.
pub(crate) trait Part {
    /// Whether its numbers are in their ranges, whatever it gets. `key` is its place in the configuration.
    fn check(&self, _key: &str) -> Result<(), ModelError> {
        Ok(())
    }

    /// What it makes of an item, if it can be here.
    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError>;

    /// Counts its parameters and multiply-adds, and says what it is in words. The plan has the shape of the input.
    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError>;

    /// The layer with its first weights, at a place that [`Part::output`] has taken.
    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError>;
}
