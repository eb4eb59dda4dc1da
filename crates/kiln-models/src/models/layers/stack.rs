//! Layers one after the other.

use super::LayerConfig;
use super::layer::Layer;
use super::part::{Place, Shape};
use super::problem::LayerProblem;
use crate::ModelError;
use crate::init::Init;
use crate::plan::Plan;

/// How deep lists may be inside each other: far more than any network, and less than a stack holds.
const DEEPEST: usize = 16;

/// Whether all numbers are in their ranges, whatever the network gets. `key` is that of the list: `model.layers`.
pub(super) fn check(layers: &[LayerConfig], key: &str) -> Result<(), ModelError> {
    // `model.layers`, and two parts more for each list inside another.
    let depth = key.matches('.').count().div_ceil(2);
    for (index, layer) in layers.iter().enumerate() {
        let key = format!("{key}.{index}");
        if depth > DEEPEST {
            let (kind, problem) = (layer.name(), LayerProblem::TooDeep { most: DEEPEST });
            return Err(ModelError::Layer { key, kind, input: String::new(), problem });
        }
        layer.as_part().check(&key)?;
    }
    Ok(())
}

/// Calls `each` with every layer and its place, and gives the shape behind the last.
fn walk(
    layers: &[LayerConfig],
    key: &str,
    mut shape: Shape,
    mut each: impl FnMut(&LayerConfig, &Place<'_>, Shape) -> Result<(), ModelError>,
) -> Result<Shape, ModelError> {
    for (index, layer) in layers.iter().enumerate() {
        let key = format!("{key}.{index}");
        let at = Place { key: &key, kind: layer.name(), input: shape };
        shape = layer.as_part().output(&at)?;
        each(layer, &at, shape)?;
    }
    Ok(shape)
}

/// What they make of an item, if each can be where it is.
pub(super) fn output(layers: &[LayerConfig], key: &str, input: Shape) -> Result<Shape, ModelError> {
    walk(layers, key, input, |_, _, _| Ok(()))
}

/// Adds them to a plan whose shape is `input`.
pub(super) fn plan(
    layers: &[LayerConfig],
    key: &str,
    input: Shape,
    plan: &mut Plan,
) -> Result<Shape, ModelError> {
    walk(layers, key, input, |layer, at, output| {
        let words = layer.as_part().plan(at, plan)?;
        plan.becomes(&output.dims());
        // The layers in it have lines of their own: its own line is about the sum alone.
        let path = at.path();
        let name = if let LayerConfig::Residual(_) = layer { format!("{path}.sum") } else { path.to_owned() };
        plan.layer(&name, words)
    })
}

/// The layers with their first weights.
pub(super) fn build(
    layers: &[LayerConfig],
    key: &str,
    input: Shape,
    init: &mut Init<'_>,
) -> Result<Vec<Layer>, ModelError> {
    let mut built = Vec::with_capacity(layers.len());
    walk(layers, key, input, |layer, at, _| {
        built.push(layer.as_part().build(at, init)?);
        Ok(())
    })?;
    Ok(built)
}
