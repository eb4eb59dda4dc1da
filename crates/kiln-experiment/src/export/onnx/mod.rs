//! A trained model as ONNX: the preprocessing, the network and what follows from its outputs, in one graph.
//!
//! The graph is written from the network's own list of operations ([`kiln_models::Network::operations`]) with messages of prost, in
//! operator set 17 and, where there are categories, `ai.onnx.ml` 3.

mod attention;
mod bag;
mod columns;
mod fold;
mod graph;
mod heads;
mod images;
mod layers;
mod lengths;
mod lines;
mod network;
mod outputs;
mod powers;
mod proto;
mod quantize;
mod recurrent;
mod scale;
mod sequence;
mod series;
mod table;
mod tokens;

use kiln_core::Weights;
use kiln_data::Fitted;
use kiln_models::{Network, Operation};

use graph::Graph;
pub use graph::OPSET;

use super::model::ModelParts;
use super::steps::{Layers, Ranges};
use crate::error::ExportError;

/// The operations of a network and their tensors. With `fold_batch_norm` each batch norm is a part of the layer before it, where it can.
pub(super) fn operations(network: &Network, fold_batch_norm: bool) -> (Vec<Operation>, Weights) {
    let (operations, weights) = (network.operations(), Weights::of(network));
    if fold_batch_norm { fold::folded(operations, &weights) } else { (operations, weights) }
}

/// The bytes of the file, of these operations. With `ranges` layers are in whole numbers, as far as these are known.
pub(super) fn onnx(
    model: &ModelParts<'_>,
    (operations, weights): (&[Operation], &Weights),
    ranges: Option<&Ranges>,
) -> Result<(Vec<u8>, Layers), ExportError> {
    let ModelParts { loss, fitted, decision, window, .. } = model;
    let mut graph = Graph::default();
    graph.bins = fitted.bins().unwrap_or_default().to_vec();
    let x = inputs(&mut graph, fitted)?;
    let raw = network::network(&mut graph, operations, weights, x.clone())?;
    let layers = ranges.map(|ranges| quantize::quantized(&mut graph, &x, &raw, ranges)).unwrap_or_default();
    outputs::outputs(&mut graph, raw, *loss, fitted, *decision)?;
    graph.say("kiln.outputs", serde_json::to_string(fitted.output_names()).unwrap_or_default());
    if let Some(window) = window {
        graph.say("kiln.window", window.to_string());
    }
    graph.say("kiln.temperature", decision.temperature.to_string());
    if let Some(threshold) = decision.threshold {
        graph.say("kiln.threshold", threshold.to_string());
    }
    Ok((graph.finish("kiln")?, layers))
}

/// The inputs of the graph, and what the network is given of them.
fn inputs(graph: &mut Graph, fitted: &Fitted) -> Result<String, ExportError> {
    let shape = fitted.input_shape();
    if let Some(steps) = fitted.table_steps() {
        return table::table(graph, &steps);
    }
    if let (Some(tables), Some(shape)) = (fitted.pixel_tables(), shape.as_images()) {
        return Ok(images::images(graph, shape, &tables));
    }
    if let Some(steps) = fitted.series_steps() {
        graph.say("kiln.channels", serde_json::to_string(&steps.channels).unwrap_or_default());
        return series::series(graph, &steps);
    }
    match (fitted.tokenizer(), shape.as_tokens()) {
        (Some(tokenizer), Some(shape)) => {
            graph.say("kiln.tokenizer", serde_json::to_string(tokenizer).unwrap_or_default());
            graph.say("kiln.longest", shape.longest.to_string());
            tokens::tokens(graph, shape.longest)
        }
        _ => Err(ExportError::Operation { operation: shape.words() }),
    }
}
