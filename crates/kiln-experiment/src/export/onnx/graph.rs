//! A graph that is built node by node.

use std::collections::BTreeSet;

use prost::Message;

use super::proto::{
    Attribute, Dim, Entry, GraphMessage, Model, Node, Opset, Shape, TensorMessage, TensorType, Type,
    ValueInfo,
};
use crate::error::ExportError;

/// The operator set of the graphs that are written. That of `ai.onnx.ml`, which looks categories up, is 3.
pub const OPSET: i64 = 17;
const ML_OPSET: i64 = 3;
/// The version of the format that came with these.
const IR: i64 = 8;
const ML: &str = "ai.onnx.ml";

/// Element types by their numbers in ONNX.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Elements {
    Float = 1,
    Bytes = 2,
    SignedBytes = 3,
    Int = 6,
    Long = 7,
    Text = 8,
    Double = 11,
}

/// A graph that is built node by node. Values are known by their names.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) message: GraphMessage,
    /// What the operations of the network give, in the order in which they are done.
    pub(super) marks: Vec<String>,
    metadata: Vec<Entry>,
    names: usize,
    /// Whether values are `[heads, N, features]`.
    pub(super) has_heads: bool,
    /// The edges of the bins of each number, where an embedding has them.
    pub(super) bins: Vec<Vec<f32>>,
    /// Of sequences.
    pub(super) lengths: Option<Lengths>,
}

/// How long the sequences of a batch are.
#[derive(Debug, Clone)]
pub(super) struct Lengths {
    /// Longs `[N]`.
    pub(super) lengths: String,
    /// Which places are there, bools `[N, T]`.
    pub(super) there: String,
}

impl Graph {
    /// An input `[N, …]` with these further sizes.
    pub(super) fn input(&mut self, name: &str, elements: Elements, sizes: &[usize]) -> String {
        self.message.input.push(info(name, elements, sizes.iter().map(|&size| fixed(size))));
        name.to_owned()
    }

    /// An input of sequences, `[N, …, T]` with these sizes between.
    pub(super) fn sequences(&mut self, name: &str, elements: Elements, sizes: &[usize]) -> String {
        let steps = [Dim { name: Some("T".to_owned()), value: None }];
        self.message.input.push(info(name, elements, sizes.iter().map(|&size| fixed(size)).chain(steps)));
        name.to_owned()
    }

    /// Makes the value `value` an output called `name`, `[N, …]` with these further sizes.
    pub(super) fn output(&mut self, value: &str, name: &str, elements: Elements, sizes: &[usize]) {
        self.message.node.push(Node {
            input: vec![value.to_owned()],
            output: vec![name.to_owned()],
            name: format!("output.{name}"),
            op_type: "Identity".to_owned(),
            ..Node::default()
        });
        self.message.output.push(info(name, elements, sizes.iter().map(|&size| fixed(size))));
    }

    /// What is said of the model beside the graph.
    pub(super) fn say(&mut self, key: &str, value: String) {
        self.metadata.push(Entry { key: key.to_owned(), value });
    }

    /// The result of an operation on these values.
    pub(super) fn node(&mut self, operation: &str, inputs: &[&str], attributes: Vec<Attribute>) -> String {
        self.named(operation, "", inputs, attributes)
    }

    /// The same of an operation of `ai.onnx.ml`.
    pub(super) fn ml_node(&mut self, operation: &str, inputs: &[&str], attributes: Vec<Attribute>) -> String {
        self.named(operation, ML, inputs, attributes)
    }

    fn named(&mut self, operation: &str, domain: &str, inputs: &[&str], attribute: Vec<Attribute>) -> String {
        self.names += 1;
        let name = format!("{}.{}", operation.to_lowercase(), self.names);
        self.message.node.push(Node {
            input: inputs.iter().map(|name| (*name).to_owned()).collect(),
            output: vec![name.clone()],
            name: name.clone(),
            op_type: operation.to_owned(),
            attribute,
            domain: domain.to_owned(),
        });
        name
    }

    /// `x` as other elements.
    pub(super) fn cast(&mut self, x: &str, to: Elements) -> String {
        self.node("Cast", &[x], vec![int("to", to as i64)])
    }

    /// The places `from..to` of a dimension.
    pub(super) fn cut(&mut self, x: &str, axis: i64, from: usize, to: usize) -> String {
        let [from, to, axis] = [from as i64, to as i64, axis].map(|number| self.longs(&[1], &[number]));
        self.node("Slice", &[x, &from, &to, &axis], Vec::new())
    }

    /// `x` with more dimensions, of size 1, at these places.
    pub(super) fn wider(&mut self, x: &str, axes: &[i64]) -> String {
        let axes = self.longs(&[axes.len()], axes);
        self.node("Unsqueeze", &[x, &axes], Vec::new())
    }

    /// A constant of a name of its own: a weight.
    pub(super) fn weight(&mut self, name: &str, elements: Elements, sizes: &[usize], raw: Vec<u8>) -> String {
        self.message.initializer.push(TensorMessage {
            dims: sizes.iter().map(|&size| size as i64).collect(),
            data_type: elements as i32,
            name: name.to_owned(),
            raw_data: Some(raw),
            ..TensorMessage::default()
        });
        name.to_owned()
    }

    fn constant(&mut self, elements: Elements, sizes: &[usize], raw: Vec<u8>) -> String {
        self.names += 1;
        let name = format!("constant.{}", self.names);
        self.weight(&name, elements, sizes, raw)
    }

    pub(super) fn floats(&mut self, sizes: &[usize], values: &[f32]) -> String {
        self.constant(Elements::Float, sizes, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    pub(super) fn doubles(&mut self, sizes: &[usize], values: &[f64]) -> String {
        self.constant(Elements::Double, sizes, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    pub(super) fn longs(&mut self, sizes: &[usize], values: &[i64]) -> String {
        self.constant(Elements::Long, sizes, values.iter().flat_map(|x| x.to_le_bytes()).collect())
    }

    pub(super) fn texts(&mut self, values: &[String]) -> String {
        self.names += 1;
        let name = format!("constant.{}", self.names);
        self.message.initializer.push(TensorMessage {
            dims: vec![values.len() as i64],
            data_type: Elements::Text as i32,
            name: name.clone(),
            string_data: values.iter().map(|text| text.as_bytes().to_vec()).collect(),
            ..TensorMessage::default()
        });
        name
    }

    /// An input that something else in the graph is called as, if there is one.
    fn doubled(&self) -> Option<String> {
        let nodes = self.message.node.iter().flat_map(|node| &node.output);
        let own: BTreeSet<&String> =
            nodes.chain(self.message.initializer.iter().map(|tensor| &tensor.name)).collect();
        let inputs = self.message.input.iter().map(|input| &input.name);
        inputs.into_iter().find(|name| own.contains(name)).cloned()
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// [`ExportError::Name`].
    pub(super) fn finish(mut self, name: &str) -> Result<Vec<u8>, ExportError> {
        if let Some(column) = self.doubled() {
            return Err(ExportError::Name { column });
        }
        self.message.name = name.to_owned();
        let opset = |domain: &str, version| Opset { domain: domain.to_owned(), version };
        let mut opset_import = vec![opset("", OPSET)];
        if self.message.node.iter().any(|node| node.domain == ML) {
            opset_import.push(opset(ML, ML_OPSET));
        }
        let model = Model {
            ir_version: IR,
            producer_name: "kiln".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            graph: Some(self.message),
            opset_import,
            metadata_props: self.metadata,
        };
        Ok(model.encode_to_vec())
    }
}

fn fixed(size: usize) -> Dim {
    Dim { value: Some(size as i64), name: None }
}

fn info(name: &str, elements: Elements, sizes: impl Iterator<Item = Dim>) -> ValueInfo {
    let items = Dim { name: Some("N".to_owned()), value: None };
    let shape = Shape { dim: [items].into_iter().chain(sizes).collect() };
    let tensor = TensorType { elem_type: elements as i32, shape: Some(shape) };
    ValueInfo { name: name.to_owned(), of: Some(Type { tensor: Some(tensor) }) }
}

pub(super) fn float(name: &str, value: f64) -> Attribute {
    Attribute { name: name.to_owned(), f: Some(value as f32), kind: 1, ..Attribute::default() }
}

pub(super) fn int(name: &str, value: i64) -> Attribute {
    Attribute { name: name.to_owned(), i: Some(value), kind: 2, ..Attribute::default() }
}

pub(super) fn ints(name: &str, values: &[usize]) -> Attribute {
    let ints = values.iter().map(|&value| value as i64).collect();
    Attribute { name: name.to_owned(), ints, kind: 7, ..Attribute::default() }
}

pub(super) fn texts<'a>(name: &str, values: impl Iterator<Item = &'a str>) -> Attribute {
    let strings = values.map(|text| text.as_bytes().to_vec()).collect();
    Attribute { name: name.to_owned(), strings, kind: 8, ..Attribute::default() }
}
