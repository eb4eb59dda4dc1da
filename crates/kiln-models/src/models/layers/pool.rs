//! Pooling.

use kiln_core::check;
use serde::{Deserialize, Serialize};

use super::layer::{Layer, Nothing, Window};
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::filters::Filters;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// The largest number of each window of a feature map: `torch.nn.MaxPool2d`. What is left over at the end of a row or column is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self::default())]
pub struct MaxPoolLayer {
    /// Side of the windows, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub size: usize,
    /// How far a window moves, at least 1. Default: as far as its side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub stride: Option<usize>,
    /// Pixels on each side of the map that are never the largest, at most half the side of a window. Default 0.
    pub padding: usize,
}

/// The mean of each window of a feature map: `torch.nn.AvgPool2d`. What is left over at the end of a row or column is left out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self::default())]
pub struct AvgPoolLayer {
    /// Side of the windows, at least 1. Default 2.
    #[schemars(range(min = 1))]
    pub size: usize,
    /// How far a window moves, at least 1. Default: as far as its side.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1))]
    pub stride: Option<usize>,
}

/// The mean of each channel of a feature map, or of all tokens: `torch.nn.AdaptiveAvgPool2d(1)`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self {})]
pub struct GlobalAvgPoolLayer {}

/// The largest number of each channel of a feature map, or of all tokens: `torch.nn.AdaptiveMaxPool2d(1)`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self {})]
pub struct GlobalMaxPoolLayer {}

impl Default for MaxPoolLayer {
    fn default() -> Self {
        Self { size: 2, stride: None, padding: 0 }
    }
}

impl Default for AvgPoolLayer {
    fn default() -> Self {
        Self { size: 2, stride: None }
    }
}

impl Window {
    fn check(self, key: &str) -> Result<(), ModelError> {
        check::at_least(&format!("{key}.size"), self.size, 1)?;
        check::at_least(&format!("{key}.stride"), self.stride, 1)?;
        Ok(())
    }

    fn output(self, at: &Place<'_>) -> Result<Shape, ModelError> {
        let [channels, height, width] = at.needs_map()?;
        let Self { size, padding, .. } = self;
        let most = size / 2;
        if padding > most {
            return Err(at.refuse(LayerProblem::TooMuchPadding { size, padding, most }));
        }
        if height.min(width).saturating_add(2 * padding) < size {
            return Err(at.refuse(LayerProblem::TooLarge { size, padding }));
        }
        let filters =
            Filters { kernel: size, stride: self.stride, padding, ..Filters::new(channels, channels, 1) };
        Ok(Shape::Map([channels, filters.side(height), filters.side(width)]))
    }

    fn describe(self, what: &str) -> String {
        if self.stride == self.size {
            format!("{what} {}", self.size)
        } else {
            format!("{what} {} stride {}", self.size, self.stride)
        }
    }
}

impl MaxPoolLayer {
    fn window(&self) -> Window {
        Window { size: self.size, stride: self.stride.unwrap_or(self.size), padding: self.padding }
    }
}

impl AvgPoolLayer {
    fn window(&self) -> Window {
        Window { size: self.size, stride: self.stride.unwrap_or(self.size), padding: 0 }
    }
}

/// What is left of an item behind one number for each channel.
fn channels(at: &Place<'_>) -> Result<Shape, ModelError> {
    match at.input {
        Shape::Map([channels, ..]) => Ok(Shape::Features(channels)),
        Shape::Tokens([_, width]) => Ok(Shape::Features(width)),
        Shape::Features(_) => Err(at.refuse(LayerProblem::NeedsMap)),
    }
}

impl LayerKind for MaxPoolLayer {}

impl Part for MaxPoolLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        self.window().check(key)
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        self.window().output(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok(self.window().describe("max pool"))
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::MaxPool(self.window()))
    }
}

impl LayerKind for AvgPoolLayer {}

impl Part for AvgPoolLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        self.window().check(key)
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        self.window().output(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok(self.window().describe("mean pool"))
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::AvgPool(self.window()))
    }
}

impl LayerKind for GlobalAvgPoolLayer {}

impl Part for GlobalAvgPoolLayer {
    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        channels(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok("mean over all places".to_owned())
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::GlobalAvgPool(Nothing {}))
    }
}

impl LayerKind for GlobalMaxPoolLayer {}

impl Part for GlobalMaxPoolLayer {
    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        channels(at)
    }

    fn plan(&self, _: &Place<'_>, _: &mut Plan) -> Result<String, ModelError> {
        Ok("maximum over all places".to_owned())
    }

    fn build(&self, _: &Place<'_>, _: &mut Init<'_>) -> Result<Layer, ModelError> {
        Ok(Layer::GlobalMaxPool(Nothing {}))
    }
}
