//! A graph with its layers in whole numbers of eight bits.
//!
//! Each layer and what flows between layers stands between `QuantizeLinear` and `DequantizeLinear`: the form QDQ. Programs that know it compute in
//! whole numbers from one `QuantizeLinear` to the next; all others compute the same, rounded, in floating point.

use std::collections::{BTreeMap, BTreeSet};

use burn::tensor::TensorData;

use super::graph::{Elements, Graph, int};
use super::proto::{Node, TensorMessage};
use super::scale::Whole;
use crate::export::steps::{Layers, Ranges, Steps};

/// What gives whole numbers of the steps of its input, or of its own.
const CARRIES: [&str; 7] = ["Conv", "Gemm", "Add", "MaxPool", "GlobalAveragePool", "Flatten", "Relu"];

/// Puts the layers of `graph` into whole numbers whose inputs have a range: those of the network from `x` to `raw`, which stays as it is.
pub(super) fn quantized(graph: &mut Graph, x: &str, raw: &str, ranges: &Ranges) -> Layers {
    let nodes = std::mem::take(&mut graph.message.node);
    let steps = steps(&nodes, graph, x, ranges);
    let weights: BTreeMap<String, TensorMessage> =
        graph.message.initializer.iter().map(|tensor| (tensor.name.clone(), tensor.clone())).collect();
    let is_whole = |node: &Node| {
        matches!(node.op_type.as_str(), "Conv" | "Gemm")
            && steps.contains_key(&node.input[0])
            && weights.contains_key(&node.input[1])
    };
    let carried = carried(&nodes, &steps, raw, is_whole);
    let is_rounded = |name: &str| steps.get(name).copied().filter(|_| carried.contains(name));
    let mut layers = Layers {
        input: is_rounded(x),
        outputs: graph.marks.iter().map(|mark| is_rounded(mark)).collect(),
        ..Layers::default()
    };
    let mut writer = Writer {
        graph,
        weights: &weights,
        steps: &steps,
        back: BTreeMap::new(),
        replaced: BTreeSet::new(),
        constants: Vec::new(),
    };
    for node in &nodes {
        let weight = node.input.get(1).filter(|weight| weights.contains_key(*weight));
        if let Some(path) = weight.and_then(|weight| weight.strip_suffix(".weight")) {
            if is_whole(node) { &mut layers.whole } else { &mut layers.float }.push(path.to_owned());
        }
        writer.push(node, is_whole(node));
        for output in node.output.iter().filter(|output| carried.contains(*output)) {
            writer.there_and_back(output);
        }
    }
    let replaced = writer.replaced;
    layers.constants = writer.constants;
    graph.message.initializer.retain(|tensor| !replaced.contains(&tensor.name));
    layers
}

/// The steps of the values whose ranges are known.
fn steps(nodes: &[Node], graph: &Graph, x: &str, ranges: &Ranges) -> BTreeMap<String, Steps> {
    let mut steps = BTreeMap::new();
    let outputs = graph.marks.iter().zip(&ranges.outputs).map(|(name, range)| (name.as_str(), *range));
    for (name, range) in [(x, ranges.input)].into_iter().chain(outputs) {
        if let Some(range) = range {
            steps.insert(name.to_owned(), Steps::of(range));
        }
    }
    for node in nodes {
        let (Some(input), Some(output)) = (node.input.first(), node.output.first()) else { continue };
        let found = match node.op_type.as_str() {
            // It only picks or moves numbers.
            "MaxPool" | "Flatten" => steps.get(input).copied(),
            // A part of an operation whose other part is to flatten.
            "GlobalAveragePool" => {
                let behind = nodes.iter().find(|next| next.op_type == "Flatten" && next.input[0] == *output);
                behind.and_then(|next| steps.get(&next.output[0]).copied())
            }
            _ => None,
        };
        if let Some(found) = found {
            steps.insert(output.clone(), found);
        }
    }
    steps
}

/// The values that are rounded to their steps.
fn carried(
    nodes: &[Node],
    steps: &BTreeMap<String, Steps>,
    raw: &str,
    is_whole: impl Fn(&Node) -> bool,
) -> BTreeSet<String> {
    let mut carried = BTreeSet::new();
    for node in nodes {
        for output in node.output.iter().filter(|output| *output != raw && steps.contains_key(*output)) {
            let mut readers = nodes.iter().filter(|reader| reader.input.contains(output)).peekable();
            // Both are one step: what is below 0 is not kept.
            let is_cut = readers.peek().is_some() && readers.clone().all(|reader| reader.op_type == "Relu");
            let is_read = readers.any(|reader| is_whole(reader) && reader.input[0] == *output);
            if !is_cut && (is_read || CARRIES.contains(&node.op_type.as_str())) {
                carried.insert(output.clone());
            }
        }
    }
    carried
}

/// Writes the nodes again.
struct Writer<'a> {
    graph: &'a mut Graph,
    weights: &'a BTreeMap<String, TensorMessage>,
    steps: &'a BTreeMap<String, Steps>,
    /// What stands for a value that was rounded.
    back: BTreeMap<String, String>,
    /// Constants that others stand for.
    replaced: BTreeSet<String>,
    /// What these come to.
    constants: Vec<(String, TensorData)>,
}

impl Writer<'_> {
    fn push(&mut self, node: &Node, is_whole: bool) {
        let mut node = node.clone();
        let x = node.input.first().and_then(|x| self.steps.get(x)).copied();
        for input in &mut node.input {
            if let Some(back) = self.back.get(input) {
                input.clone_from(back);
            }
        }
        if let Some(x) = x.filter(|_| is_whole) {
            self.layer(&mut node, x);
        }
        self.graph.message.node.push(node);
    }

    /// Puts the weight and the bias of a layer into whole numbers.
    fn layer(&mut self, node: &mut Node, x: Steps) {
        let (weight, bias) = (self.numbers(&node.input[1]), node.input.get(2).map(|bias| self.numbers(bias)));
        let sizes: Vec<usize> = self.weights[&node.input[1]].dims.iter().map(|&size| size as usize).collect();
        // Of a convolution outputs come first, of `x W` last.
        let axis = if node.op_type == "Conv" { 0 } else { 1 };
        let outputs = sizes[axis];
        let each = weight.len() / outputs.max(1);
        let output = |place: usize| if axis == 0 { place / each } else { place % outputs };
        let whole = Whole::new(&weight, outputs, output, bias.as_deref(), x);
        let back = whole.weight.iter().enumerate().map(|(at, q)| f32::from(*q) * whole.scales[output(at)]);
        self.constants
            .push((node.input[1].clone(), TensorData::new(back.collect::<Vec<f32>>(), sizes.clone())));
        let bytes = whole.weight.iter().map(|q| *q as u8).collect();
        let scales = floats(&whole.scales);
        node.input[1] = self.constant(&node.input[1], (Elements::SignedBytes, &sizes, bytes), axis, scales);
        if let Some(bias) = whole.bias {
            let back = bias.iter().zip(&whole.bias_scales).map(|(q, scale)| *q as f32 * scale);
            self.constants
                .push((node.input[2].clone(), TensorData::new(back.collect::<Vec<f32>>(), [outputs])));
            let bytes = bias.iter().flat_map(|q| q.to_le_bytes()).collect();
            let scales = floats(&whole.bias_scales);
            node.input[2] = self.constant(&node.input[2], (Elements::Int, &[outputs], bytes), 0, scales);
        }
    }

    /// A constant in whole numbers, with a scale for each place along `axis`, in the place of `name`.
    fn constant(
        &mut self,
        name: &str,
        (elements, sizes, bytes): (Elements, &[usize], Vec<u8>),
        axis: usize,
        scales: Vec<u8>,
    ) -> String {
        self.replaced.insert(name.to_owned());
        let whole = self.graph.weight(&format!("{name}.whole"), elements, sizes, bytes);
        let scale = self.graph.weight(&format!("{name}.scale"), Elements::Float, &[sizes[axis]], scales);
        self.graph.node("DequantizeLinear", &[&whole, &scale], vec![int("axis", axis as i64)])
    }

    /// Rounds a value to its steps.
    fn there_and_back(&mut self, name: &str) {
        let Steps { scale, zero } = self.steps[name];
        let scale = self.graph.weight(&format!("{name}.scale"), Elements::Float, &[], floats(&[scale]));
        let zero = self.graph.weight(&format!("{name}.zero"), Elements::Bytes, &[], vec![zero]);
        let whole = self.graph.node("QuantizeLinear", &[name, &scale, &zero], Vec::new());
        let back = self.graph.node("DequantizeLinear", &[&whole, &scale, &zero], Vec::new());
        self.back.insert(name.to_owned(), back);
    }

    fn numbers(&self, name: &str) -> Vec<f32> {
        let raw = self.weights[name].raw_data.as_deref().unwrap_or_default();
        raw.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
    }
}

fn floats(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_le_bytes()).collect()
}
