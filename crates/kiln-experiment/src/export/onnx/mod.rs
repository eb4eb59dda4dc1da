//! A trained model as ONNX: the preprocessing, the network and what follows from its outputs, in one graph.
//!
//! The graph is written from the network's own list of operations ([`kiln_models::Network::operations`]) with messages of prost, in
//! operator set 17 and, where there are categories, `ai.onnx.ml` 3.

mod fold;
mod graph;
mod images;
mod network;
mod outputs;
mod powers;
mod proto;
mod table;

use kiln_core::Weights;

use graph::Graph;
pub use graph::OPSET;

use super::model::ModelParts;
use crate::error::ExportError;

/// The bytes of the file. With `fold_batch_norm` each batch norm becomes a part of the layer before it, where it can.
pub(super) fn onnx(model: &ModelParts<'_>, fold_batch_norm: bool) -> Result<Vec<u8>, ExportError> {
    let ModelParts { network, loss, fitted, decision } = model;
    let mut graph = Graph::default();
    let x = match (fitted.table_steps(), fitted.pixel_tables(), fitted.input_shape().as_images()) {
        (Some(steps), ..) => table::table(&mut graph, &steps)?,
        (None, Some(tables), Some(shape)) => images::images(&mut graph, shape, &tables),
        _ => return Err(ExportError::Operation { operation: fitted.input_shape().words() }),
    };
    let (mut operations, mut weights) = (network.operations(), Weights::of(*network));
    if fold_batch_norm {
        (operations, weights) = fold::folded(operations, &weights);
    }
    let raw = network::network(&mut graph, &operations, &weights, x)?;
    outputs::outputs(&mut graph, raw, *loss, fitted, *decision)?;
    graph.say("kiln.outputs", serde_json::to_string(fitted.output_names()).unwrap_or_default());
    graph.say("kiln.temperature", decision.temperature.to_string());
    if let Some(threshold) = decision.threshold {
        graph.say("kiln.threshold", threshold.to_string());
    }
    graph.finish("kiln")
}
