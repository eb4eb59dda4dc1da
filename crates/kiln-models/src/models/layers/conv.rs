//! Convolutions.

use kiln_core::{Range, check};
use serde::{Deserialize, Serialize};

use super::layer::Layer;
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// A convolution with square filters: `torch.nn.Conv2d`. Reads feature maps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self { bias: false, ..Self::new(16) })]
pub struct ConvLayer {
    /// Filters, which are the channels behind it, at least 1.
    #[schemars(range(min = 1))]
    pub filters: usize,
    /// Side of the filters, 1 to 1024. Default 3.
    #[serde(default = "three")]
    #[schemars(range(min = 1, max = 1024))]
    pub kernel: usize,
    /// How far a filter moves, at least 1. Default 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub stride: usize,
    /// Pixels of 0 on each side of the map, less than `kernel`. Default: half the kernel, rounded down, which keeps the size with stride 1; filters
    /// of an even side need it set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub padding: Option<usize>,
    /// Parts of the channels that are convolved apart, a divisor of the channels before it and behind it; as many as channels make it depthwise.
    /// Default 1.
    #[serde(default = "one")]
    #[schemars(range(min = 1))]
    pub groups: usize,
    /// Whether each filter has a bias, which batch norm behind it would subtract again. Default true.
    #[serde(default = "yes")]
    pub bias: bool,
}

fn one() -> usize {
    1
}

fn three() -> usize {
    3
}

fn yes() -> bool {
    true
}

impl ConvLayer {
    /// So many filters of 3x3 pixels with biases, which keep the size of the map.
    pub fn new(filters: usize) -> Self {
        Self { filters, kernel: three(), stride: one(), padding: None, groups: one(), bias: yes() }
    }

    fn padding(&self) -> usize {
        self.padding.unwrap_or(self.kernel / 2)
    }

    fn filters(&self, inputs: usize) -> Filters {
        Filters {
            inputs,
            outputs: self.filters,
            kernel: self.kernel,
            stride: self.stride,
            padding: self.padding(),
            groups: self.groups,
            bias: self.bias,
        }
    }
}

impl LayerKind for ConvLayer {}

impl Part for ConvLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        let named = |name: &str| format!("{key}.{name}");
        check::at_least(&named("filters"), self.filters, 1)?;
        Range::between(1.0, 1024.0).check(&named("kernel"), self.kernel as f64)?;
        check::at_least(&named("stride"), self.stride, 1)?;
        check::at_least(&named("groups"), self.groups, 1)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        let [channels, height, width] = at.needs_map()?;
        let (size, padding) = (self.kernel, self.padding());
        if self.padding.is_none() && size.is_multiple_of(2) {
            return Err(at.refuse(LayerProblem::EvenKernel { kernel: size }));
        }
        if padding >= size {
            return Err(at.refuse(LayerProblem::TooMuchPadding { size, padding, most: size - 1 }));
        }
        if height.min(width).saturating_add(2 * padding) < size {
            return Err(at.refuse(LayerProblem::TooLarge { size, padding }));
        }
        let groups = self.groups;
        for (channels, of) in [(channels, "input channels"), (self.filters, "filters")] {
            if !channels.is_multiple_of(groups) {
                return Err(at.refuse(LayerProblem::Groups { groups, channels, of }));
            }
        }
        let filters = self.filters(channels);
        Ok(Shape::Map([self.filters, filters.side(height), filters.side(width)]))
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        let [channels, ..] = at.needs_map()?;
        let filters = self.filters(channels);
        plan.filters(&filters);
        Ok(filters.describe())
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let [channels, ..] = at.needs_map()?;
        Ok(Layer::Conv(self.filters(channels).init(init, Draw::FanIn)))
    }
}
