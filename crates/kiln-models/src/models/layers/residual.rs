//! Residual blocks.

use std::borrow::Cow;

use kiln_core::Range;
use serde::{Deserialize, Serialize};

use super::conv::ConvLayer;
use super::layer::{Layer, Residual};
use super::linear::LinearLayer;
use super::part::{LayerKind, Part, Place, Shape};
use super::problem::LayerProblem;
use super::{LayerConfig, stack};
use crate::ModelError;
use crate::dropout::StochasticDepth;
use crate::init::Init;
use crate::plan::Plan;
use crate::schema::JsonSchema;

/// `f(x) + x`, where f are layers (He and others: Deep residual learning, 2015); or `f(x) + g(x)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(example = Self::new(vec![LinearLayer::new(64).into()]).projection(true))]
#[non_exhaustive]
pub struct ResidualLayer {
    /// Whether g is a projection where f changes the shape: a convolution of 1x1 with the stride that it takes, or a linear layer, without bias.
    /// Default false: the shape has to stay.
    pub projection: bool,
    /// The probability that f is left out for an item, `[0, 1)`; else it is divided by what is left of 1. Default 0.
    #[schemars(transform = Range::BELOW_ONE.bounds())]
    pub stochastic_depth: f64,
    /// The layers of f, at least one, as those of the network. Default: none.
    #[schemars(extend("x-sections" = true))]
    pub layers: Vec<LayerConfig>,
    /// The layers of g. Default: none, and g is x.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-sections" = true))]
    pub shortcut: Vec<LayerConfig>,
}

impl Default for ResidualLayer {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl ResidualLayer {
    /// `f(x) + x` with these layers as f.
    pub fn new(layers: Vec<LayerConfig>) -> Self {
        Self { layers, projection: false, stochastic_depth: 0.0, shortcut: Vec::new() }
    }

    /// With a projection where f changes the shape.
    #[must_use]
    pub fn projection(self, projection: bool) -> Self {
        Self { projection, ..self }
    }

    /// With these layers as g.
    #[must_use]
    pub fn shortcut(self, shortcut: Vec<LayerConfig>) -> Self {
        Self { shortcut, ..self }
    }

    /// With f left out by this probability.
    #[must_use]
    pub fn stochastic_depth(self, stochastic_depth: f64) -> Self {
        Self { stochastic_depth, ..self }
    }

    /// What f makes of the input, and the layers of g.
    fn branches(&self, at: &Place<'_>) -> Result<(Shape, Cow<'_, [LayerConfig]>), ModelError> {
        if self.layers.is_empty() {
            return Err(at.refuse(LayerProblem::NoLayers));
        }
        if self.projection && !self.shortcut.is_empty() {
            return Err(at.refuse(LayerProblem::TwoShortcuts));
        }
        let branch = stack::output(&self.layers, &branch_key(at), at.input)?;
        if self.projection && branch != at.input {
            let layer = projection(at.input, branch);
            let none = || at.refuse(LayerProblem::NoProjection { branch: branch.words() });
            return Ok((branch, Cow::Owned(vec![layer.ok_or_else(none)?])));
        }
        Ok((branch, Cow::Borrowed(&self.shortcut)))
    }
}

fn branch_key(at: &Place<'_>) -> String {
    format!("{}.layers", at.key)
}

fn shortcut_key(at: &Place<'_>) -> String {
    format!("{}.shortcut", at.key)
}

/// The layer that makes `to` of `from`, if one does.
fn projection(from: Shape, to: Shape) -> Option<LayerConfig> {
    match (from, to) {
        (Shape::Map([_, height, width]), Shape::Map([filters, below, beside])) => {
            let strides = [height.div_ceil(below), width.div_ceil(beside)];
            let fits =
                |stride: &usize| height.div_ceil(*stride) == below && width.div_ceil(*stride) == beside;
            let stride = strides.into_iter().find(fits)?;
            Some(
                ConvLayer { kernel: 1, stride, padding: Some(0), bias: false, ..ConvLayer::new(filters) }
                    .into(),
            )
        }
        (Shape::Features(_), Shape::Features(width)) => Some(LinearLayer { width, bias: false }.into()),
        (Shape::Tokens([from, _]), Shape::Tokens([to, width])) if from == to => {
            Some(LinearLayer { width, bias: false }.into())
        }
        _ => None,
    }
}

impl LayerKind for ResidualLayer {
    fn is_random(&self) -> bool {
        let inside = self.layers.iter().chain(&self.shortcut);
        self.stochastic_depth > 0.0 || inside.map(LayerConfig::as_kind).any(LayerKind::is_random)
    }
}

impl Part for ResidualLayer {
    fn check(&self, key: &str) -> Result<(), ModelError> {
        Range::BELOW_ONE.check(&format!("{key}.stochastic_depth"), self.stochastic_depth)?;
        stack::check(&self.layers, &format!("{key}.layers"))?;
        stack::check(&self.shortcut, &format!("{key}.shortcut"))
    }

    fn output(&self, at: &Place<'_>) -> Result<Shape, ModelError> {
        let (branch, shortcut) = self.branches(at)?;
        let beside = stack::output(&shortcut, &shortcut_key(at), at.input)?;
        if beside == branch {
            return Ok(branch);
        }
        let own = !self.shortcut.is_empty();
        Err(at.refuse(LayerProblem::Shapes { branch: branch.words(), shortcut: beside.words(), own }))
    }

    fn plan(&self, at: &Place<'_>, plan: &mut Plan) -> Result<String, ModelError> {
        let (_, shortcut) = self.branches(at)?;
        stack::plan(&self.layers, &branch_key(at), at.input, plan)?;
        plan.becomes(&at.input.dims());
        stack::plan(&shortcut, &shortcut_key(at), at.input, plan)?;
        let depth = self.stochastic_depth;
        let depth = if depth > 0.0 { format!(", stochastic depth {depth}") } else { String::new() };
        let shortcut = if shortcut.is_empty() { "input" } else { "shortcut" };
        Ok(format!("plus the {shortcut}{depth}"))
    }

    fn build(&self, at: &Place<'_>, init: &mut Init<'_>) -> Result<Layer, ModelError> {
        let (_, shortcut) = self.branches(at)?;
        let layers = stack::build(&self.layers, &branch_key(at), at.input, init)?;
        let shortcut = stack::build(&shortcut, &shortcut_key(at), at.input, init)?;
        let depth = StochasticDepth::checked(self.stochastic_depth);
        Ok(Layer::Residual(Residual { layers, shortcut, depth }))
    }
}
