//! A trained model as ONNX: the preprocessing, the network and what follows from its outputs, in one graph.
//!
//! The graph is written from the network's own list of operations ([`kiln_models::Network::operations`]) with messages of prost, in
//! operator set 17 and, where there are categories, `ai.onnx.ml` 3.

mod attention;
mod bag;
mod fold;
mod graph;
mod images;
mod layers;
mod lengths;
mod network;
mod outputs;
mod powers;
mod proto;
mod recurrent;
mod sequence;
mod series;
mod table;
mod tokens;

use kiln_core::Weights;
use kiln_data::Fitted;

use graph::Graph;
pub use graph::OPSET;

use super::model::ModelParts;
use crate::error::ExportError;

/// The bytes of the file. With `fold_batch_norm` each batch norm becomes a part of the layer before it, where it can.
pub(super) fn onnx(model: &ModelParts<'_>, fold_batch_norm: bool) -> Result<Vec<u8>, ExportError> {
    let ModelParts { network, loss, fitted, decision, window } = model;
    let mut graph = Graph::default();
    let x = inputs(&mut graph, fitted)?;
    let (mut operations, mut weights) = (network.operations(), Weights::of(*network));
    if fold_batch_norm {
        (operations, weights) = fold::folded(operations, &weights);
    }
    let raw = network::network(&mut graph, &operations, &weights, x)?;
    outputs::outputs(&mut graph, raw, *loss, fitted, *decision)?;
    graph.say("kiln.outputs", serde_json::to_string(fitted.output_names()).unwrap_or_default());
    if let Some(window) = window {
        graph.say("kiln.window", window.to_string());
    }
    graph.say("kiln.temperature", decision.temperature.to_string());
    if let Some(threshold) = decision.threshold {
        graph.say("kiln.threshold", threshold.to_string());
    }
    graph.finish("kiln")
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
