//! A trained model as ONNX: the preprocessing, the network and what follows from its outputs, in one graph.
//!
//! The graph is written from the network's own list of operations ([`kiln_models::Network::operations`]) with messages of prost, in
//! operator set 17 and, where there are categories, `ai.onnx.ml` 3.

mod fold;
mod graph;
mod images;
mod network;
mod outputs;
mod proto;
mod table;

use kiln_core::Weights;
use kiln_data::Fitted;
use kiln_models::Network;
use kiln_objective::Loss;
use kiln_train::Decision;

use graph::Graph;
pub use graph::OPSET;

use crate::error::ExportError;

/// What is written: a network that was trained with `loss` on inputs as `fitted` has them, and how a class follows from its logits.
pub(super) struct Model<'a> {
    pub(super) network: &'a Network,
    /// The loss, and its kind as a configuration names it.
    pub(super) loss: (&'a Loss, &'a str),
    pub(super) fitted: &'a Fitted,
    pub(super) decision: Decision,
    pub(super) name: &'a str,
    /// Whether each batch norm becomes a part of the layer before it, where it can.
    pub(super) fold_batch_norm: bool,
}

/// The bytes of the file.
pub(super) fn onnx(model: &Model<'_>) -> Result<Vec<u8>, ExportError> {
    let Model { network, loss, fitted, decision, name, fold_batch_norm } = model;
    let mut graph = Graph::default();
    let x = match (fitted.table_steps(), fitted.pixel_tables(), fitted.input_shape().as_images()) {
        (Some(steps), ..) => table::table(&mut graph, &steps)?,
        (None, Some(tables), Some(shape)) => images::images(&mut graph, shape, &tables),
        _ => return Err(ExportError::Operation { operation: fitted.input_shape().words() }),
    };
    let (mut operations, mut weights) = (network.operations(), Weights::of(*network));
    if *fold_batch_norm {
        (operations, weights) = fold::folded(operations, &weights);
    }
    let raw = network::network(&mut graph, &operations, &weights, x)?;
    outputs::outputs(&mut graph, raw, *loss, fitted, *decision)?;
    graph.say("kiln.outputs", serde_json::to_string(fitted.output_names()).unwrap_or_default());
    graph.say("kiln.temperature", decision.temperature.to_string());
    if let Some(threshold) = decision.threshold {
        graph.say("kiln.threshold", threshold.to_string());
    }
    graph.finish(name)
}
