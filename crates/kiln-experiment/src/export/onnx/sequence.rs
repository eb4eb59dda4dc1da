//! Operations on sequences as nodes.

use kiln_core::Weights;
use kiln_models::SequenceOperation as Of;

use super::attention::{Among, attention};
use super::bag::{Bag, bag};
use super::graph::{Elements, Graph, int, ints};
use super::layers::{halves, named, tensor};
use super::lengths::{begin, masked, of, places, steps, turned};
use super::recurrent::recurrent;
use crate::error::ExportError;

/// Below all numbers of a series.
const LOWEST: f32 = -1e30;

/// `x` behind one operation.
pub(super) fn sequence(
    graph: &mut Graph,
    operation: &Of,
    weights: &Weights,
    x: String,
) -> Result<String, ExportError> {
    Ok(match operation {
        Of::First { most } => first(graph, &x, *most)?,
        Of::Vectors { tensor } => {
            let ids = masked(graph, &x, Elements::Long, &[])?;
            let table = named(graph, weights, tensor)?;
            graph.node("Gather", &[&table, &ids], vec![int("axis", 0)])
        }
        Of::Bag { tensor, ids, ngrams, buckets } => {
            let table = named(graph, weights, tensor)?;
            bag(graph, &x, &Bag { table, ids: *ids, ngrams: *ngrams, buckets: *buckets })?
        }
        Of::Phrases { layers } => phrases(graph, weights, layers, &x)?,
        Of::Conv { layer, bias, kernel, dilation, causal } => {
            let mut inputs = vec![x, tensor(graph, weights, layer, "weight")?];
            if *bias {
                inputs.push(tensor(graph, weights, layer, "bias")?);
            }
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let seen = (kernel - 1) * dilation;
            let pads = if *causal { [seen, 0] } else { [seen / 2; 2] };
            let attributes =
                vec![ints("kernel_shape", &[*kernel]), ints("pads", &pads), ints("dilations", &[*dilation])];
            graph.node("Conv", &inputs, attributes)
        }
        Of::LargestOfThree => {
            let there = of(graph)?.there;
            let (there, lowest) = (graph.wider(&there, &[1]), graph.floats(&[], &[LOWEST]));
            let x = graph.node("Where", &[&there, &x, &lowest], Vec::new());
            let attributes = vec![ints("kernel_shape", &[3]), ints("pads", &[1; 2])];
            let x = graph.node("MaxPool", &[&x], attributes);
            masked(graph, &x, Elements::Float, &[1])?
        }
        Of::Masked => masked(graph, &x, Elements::Float, &[1])?,
        Of::Turned => turned(graph, &x),
        Of::Mean => {
            let x = masked(graph, &x, Elements::Float, &[1])?;
            let (lengths, one) = (of(graph)?.lengths, graph.longs(&[], &[1]));
            let count = graph.node("Max", &[&lengths, &one], Vec::new());
            let count = graph.cast(&count, Elements::Float);
            let (count, axes) = (graph.wider(&count, &[1]), graph.longs(&[1], &[2]));
            let sum = graph.node("ReduceSum", &[&x, &axes], vec![int("keepdims", 0)]);
            graph.node("Div", &[&sum, &count], Vec::new())
        }
        Of::Last => {
            let (lengths, one) = (of(graph)?.lengths, graph.longs(&[], &[1]));
            let place = graph.node("Max", &[&lengths, &one], Vec::new());
            let place = graph.node("Sub", &[&place, &one], Vec::new());
            let (place, rows) = (graph.wider(&place, &[1]), turned(graph, &x));
            graph.node("GatherND", &[&rows, &place], vec![int("batch_dims", 1)])
        }
        Of::Positions { tensor } => {
            let table = named(graph, weights, tensor)?;
            let table = first_rows(graph, &table, &x);
            graph.node("Add", &[&x, &table], Vec::new())
        }
        Of::RmsNorm { layer, epsilon } => {
            let square = graph.node("Mul", &[&x, &x], Vec::new());
            let mean = graph.node("ReduceMean", &[&square], vec![ints("axes", &[2]), int("keepdims", 1)]);
            let epsilon = graph.floats(&[], &[*epsilon as f32]);
            let mean = graph.node("Add", &[&mean, &epsilon], Vec::new());
            let root = graph.node("Sqrt", &[&mean], Vec::new());
            let y = graph.node("Div", &[&x, &root], Vec::new());
            let gamma = tensor(graph, weights, layer, "gamma")?;
            graph.node("Mul", &[&y, &gamma], Vec::new())
        }
        Of::Swiglu => {
            let [a, b] = halves(graph, &x);
            let gate = graph.node("Sigmoid", &[&a], Vec::new());
            let a = graph.node("Mul", &[&a, &gate], Vec::new());
            graph.node("Mul", &[&a, &b], Vec::new())
        }
        Of::Attention { layer, heads, rotary, positions } => {
            let angles = match rotary {
                Some(base) => Some(angles(graph, weights, (layer, *heads), (*base, *positions), &x)?),
                None => None,
            };
            let among = Among { angles, there: Some(of(graph)?.there) };
            attention(graph, weights, (layer, *heads), &x, &among)?
        }
        Of::Recurrent { layer, cell } => {
            let lengths = of(graph)?.lengths;
            recurrent(graph, weights, (layer, *cell), &x, &lengths)?
        }
        other => return Err(ExportError::Operation { operation: format!("{other:?}") }),
    })
}

/// The first places of `x`, `[N, T, …]`, at most so many.
pub(super) fn first(graph: &mut Graph, x: &str, most: usize) -> Result<String, ExportError> {
    let lengths = of(graph)?.lengths;
    let x = graph.cut(x, 1, 0, most);
    begin(graph, &x, 1, &lengths);
    Ok(x)
}

/// As many rows of a tensor as `x`, `[N, T, C]`, has tokens.
fn first_rows(graph: &mut Graph, table: &str, x: &str) -> String {
    let (zero, end) = (graph.longs(&[1], &[0]), steps(graph, x, 1));
    graph.node("Slice", &[table, &zero, &end, &zero], Vec::new())
}

/// Cosines and sines of the positions, `[T, d/2]` each.
fn angles(
    graph: &mut Graph,
    weights: &Weights,
    (layer, heads): (&str, usize),
    (base, positions): (f64, usize),
    x: &str,
) -> Result<[String; 2], ExportError> {
    let path = format!("{layer}.proj.weight");
    let weight = weights.get(&path).ok_or(ExportError::Operation { operation: path })?;
    let inner = weight.shape()[0] / heads;
    let half = inner / 2;
    let angle = |at: usize| (at / half) as f64 * base.powf(-2.0 * (at % half) as f64 / inner as f64);
    Ok([f64::cos, f64::sin].map(|of| {
        let numbers: Vec<f32> = (0..positions * half).map(|at| of(angle(at)) as f32).collect();
        let table = graph.floats(&[positions, half], &numbers);
        first_rows(graph, &table, x)
    }))
}

/// Filters over tokens, and the largest answer of each. A filter may end at any token that is there, and the first place always counts.
fn phrases(
    graph: &mut Graph,
    weights: &Weights,
    layers: &[(String, usize)],
    x: &str,
) -> Result<String, ExportError> {
    let lengths = of(graph)?.lengths;
    let x = masked(graph, x, Elements::Float, &[2])?;
    let (columns, steps) = (turned(graph, &x), steps(graph, &x, 1));
    let places = places(graph, &steps);
    let zero = graph.longs(&[], &[0]);
    let is_first = graph.node("Equal", &[&places, &zero], Vec::new());
    let (places, lengths) = (graph.wider(&places, &[0]), graph.wider(&lengths, &[1]));
    let mut all = Vec::with_capacity(layers.len());
    for (layer, kernel) in layers {
        let (weight, bias) =
            (tensor(graph, weights, layer, "weight")?, tensor(graph, weights, layer, "bias")?);
        let attributes = vec![ints("kernel_shape", &[*kernel]), ints("pads", &[0, kernel - 1])];
        let y = graph.node("Conv", &[&columns, &weight, &bias], attributes);
        let y = graph.node("Relu", &[&y], Vec::new());
        let seen = graph.longs(&[], &[*kernel as i64]);
        let end = graph.node("Add", &[&places, &seen], Vec::new());
        let ends = graph.node("LessOrEqual", &[&end, &lengths], Vec::new());
        let counts = graph.node("Or", &[&ends, &is_first], Vec::new());
        // Answers are never below 0.
        let (counts, none) = (graph.wider(&counts, &[1]), graph.floats(&[], &[0.0]));
        let y = graph.node("Where", &[&counts, &y, &none], Vec::new());
        all.push(graph.node("ReduceMax", &[&y], vec![ints("axes", &[2]), int("keepdims", 0)]));
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    Ok(graph.node("Concat", &all, vec![int("axis", 1)]))
}
