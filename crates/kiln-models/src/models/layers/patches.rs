//! A feature map as tokens.

use kiln_core::{Range, check};
use serde::{Deserialize, Serialize};

use super::layer::{Layer, Patches};
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::filters::Filters;
use crate::init::{Draw, Init};
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// Squares of a feature map, side by side, as tokens, each through a linear layer (Dosovitskiy and others: An image is worth 16x16 words, 2020).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(example = Self::new(4, 64))]
pub struct PatchesLayer {
    /// Side of the squares, 1 to 1024, a divisor of height and width.
    #[schemars(range(min = 1, max = 1024))]
    pub size: usize,
    /// Features of a token, at least 1.
    #[schemars(range(min = 1))]
    pub width: usize,
    /// Whether a learned vector is added to each token by its place; without it attention does not know where tokens are. Default true.
    #[serde(default = "yes")]
    pub positions: bool,
}

/// Standard deviation of the first positions.
const STD: f64 = 0.02;

fn yes() -> bool {
    true
}

impl PatchesLayer {
    /// Squares of this side as tokens of so many features, with positions.
    pub fn new(size: usize, width: usize) -> Self {
        Self { size, width, positions: yes() }
    }

    fn filters(&self, channels: usize) -> Filters {
        Filters::patches(channels, self.width, self.size)
    }

    fn tokens(&self, at: &Place<'_>) -> Result<usize, ModelError> {
        let [_, height, width] = at.needs_map()?;
        if !height.is_multiple_of(self.size) || !width.is_multiple_of(self.size) {
            return Err(at.refuse(LayerProblem::Patches { size: self.size }));
        }
        Ok((height / self.size).saturating_mul(width / self.size))
    }
}

impl LayerKind for PatchesLayer {}

impl Part for PatchesLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        Range::between(1.0, 1024.0).check(&format!("{key}.size"), self.size as f64)?;
        check::at_least(&format!("{key}.width"), self.width, 1)?;
        Ok(())
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        Ok(Shape::Tokens([self.tokens(at)?, self.width]))
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        let [channels, ..] = at.needs_map()?;
        plan.filters(&self.filters(channels));
        let words = format!("patches of {size}x{size}", size = self.size);
        if !self.positions {
            return Ok(words);
        }
        plan.parameters(self.tokens(at)?.checked_mul(self.width));
        Ok(format!("{words} with positions"))
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let [channels, ..] = at.needs_map()?;
        let proj = self.filters(channels).init(init, Draw::FanIn);
        let seed = init.next_layer();
        let tokens = self.tokens(at)?;
        let positions = self.positions.then(|| init.normal([1, tokens, self.width], STD, seed.at(0)));
        Ok(Layer::Patches(Patches { proj, positions }))
    }
}
