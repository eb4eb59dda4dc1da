//! The columns of a table as vectors.

use std::f32::consts::TAU;
use std::ops::Range;

use kiln_core::Weights;
use kiln_models::EmbeddingOperation;

use super::graph::{Graph, int, ints};
use super::layers::{for_each_item, named, reshaped, tensor};
use super::lines::Lines;
use crate::error::ExportError;

/// The features at these places.
fn taken(graph: &mut Graph, places: &[usize], x: &str) -> String {
    let places: Vec<i64> = places.iter().map(|&place| place as i64).collect();
    let places = graph.longs(&[places.len()], &places);
    graph.node("Gather", &[x, &places], vec![int("axis", 1)])
}

fn beside(graph: &mut Graph, parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    graph.node("Concat", &parts, vec![int("axis", 1)])
}

/// The other features as they are, and behind them the vectors of each column of categories.
pub(super) fn categories(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    columns: &[Range<usize>],
    others: &[usize],
    x: &str,
) -> Result<String, ExportError> {
    let mut parts = Vec::with_capacity(1 + columns.len());
    if !others.is_empty() {
        parts.push(taken(graph, others, x));
    }
    for (at, column) in columns.iter().enumerate() {
        let shares = taken(graph, &column.clone().collect::<Vec<usize>>(), x);
        let vectors = named(graph, weights, &format!("{layer}.vectors.{at}"))?;
        parts.push(graph.node("MatMul", &[&shares, &vectors], Vec::new()));
    }
    Ok(beside(graph, &parts))
}

/// What the numbers become, and behind it the other features.
pub(super) fn embedding(
    graph: &mut Graph,
    weights: &Weights,
    (layer, kind): (&str, EmbeddingOperation),
    [numbers, others]: [&[usize]; 2],
    x: &str,
) -> Result<String, ExportError> {
    let layer = &format!("{layer}.numbers");
    let own = taken(graph, numbers, x);
    // A number is `[N, 1]` of its own: [numbers, N, 1].
    let apart = graph.node("Transpose", &[&own], vec![ints("perm", &[1, 0])]);
    let apart = graph.wider(&apart, &[2]);
    let each = |graph: &mut Graph, layer: &str, name: &str| {
        let tensor = tensor(graph, weights, layer, name)?;
        Ok::<_, ExportError>(graph.wider(&tensor, &[1]))
    };
    let linear = &format!("{layer}.linear");
    let mut parts = Vec::with_capacity(3);
    let y = match kind {
        EmbeddingOperation::Plr | EmbeddingOperation::Pbld => {
            let (frequencies, turn) = (each(graph, layer, "frequencies")?, graph.floats(&[], &[TAU]));
            let angles = graph.node("Mul", &[&apart, &frequencies], Vec::new());
            let mut angles = graph.node("Mul", &[&angles, &turn], Vec::new());
            let is_plr = kind == EmbeddingOperation::Plr;
            if !is_plr {
                let phases = each(graph, layer, "phases")?;
                angles = graph.node("Add", &[&angles, &phases], Vec::new());
            }
            let mut waves = graph.node("Cos", &[&angles], Vec::new());
            if is_plr {
                let sines = graph.node("Sin", &[&angles], Vec::new());
                waves = graph.node("Concat", &[&waves, &sines], vec![int("axis", 2)]);
            }
            let weight = tensor(graph, weights, linear, "weight")?;
            let y = graph.node("MatMul", &[&waves, &weight], Vec::new());
            let bias = each(graph, linear, "bias")?;
            let y = graph.node("Add", &[&y, &bias], Vec::new());
            if is_plr { graph.node("Relu", &[&y], Vec::new()) } else { y }
        }
        EmbeddingOperation::PiecewiseLinear => {
            let lines = Lines::new(&graph.bins);
            let mut constant = |values: &[f32]| graph.floats(&lines.sizes, values);
            let [slope, shift] = [constant(&lines.slope), constant(&lines.shift)];
            let [least, most] = [constant(&lines.least), constant(&lines.most)];
            let bins = graph.node("Mul", &[&apart, &slope], Vec::new());
            let bins = graph.node("Add", &[&bins, &shift], Vec::new());
            let bins = graph.node("Max", &[&bins, &least], Vec::new());
            let bins = graph.node("Min", &[&bins, &most], Vec::new());
            let of_bins = tensor(graph, weights, layer, "bin_weight")?;
            let of_bins = graph.node("MatMul", &[&bins, &of_bins], Vec::new());
            let (weight, bias) = (each(graph, layer, "weight")?, each(graph, layer, "bias")?);
            let line = graph.node("Mul", &[&apart, &weight], Vec::new());
            let line = graph.node("Add", &[&line, &bias], Vec::new());
            graph.node("Add", &[&line, &of_bins], Vec::new())
        }
        other => return Err(ExportError::Operation { operation: format!("the embedding {other:?}") }),
    };
    let y = graph.node("Transpose", &[&y], vec![ints("perm", &[1, 0, 2])]);
    parts.push(graph.node("Flatten", &[&y], vec![int("axis", 1)]));
    if kind == EmbeddingOperation::Pbld {
        parts.push(own);
    }
    if !others.is_empty() {
        parts.push(taken(graph, others, x));
    }
    Ok(beside(graph, &parts))
}

/// A token of the row and one of each column.
pub(super) fn column_tokens(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    pieces: &[(Range<usize>, bool)],
    x: &str,
) -> Result<String, ExportError> {
    let weight = tensor(graph, weights, layer, "weight")?;
    let mut columns = Vec::with_capacity(pieces.len());
    for (features, is_column) in pieces {
        let own = graph.cut(&weight, 0, features.start, features.end);
        let x = graph.cut(x, 1, features.start, features.end);
        columns.push(if *is_column {
            let vector = graph.node("MatMul", &[&x, &own], Vec::new());
            graph.wider(&vector, &[1])
        } else {
            let x = graph.wider(&x, &[2]);
            graph.node("Mul", &[&x, &own], Vec::new())
        });
    }
    let columns = beside(graph, &columns);
    let bias = tensor(graph, weights, layer, "bias")?;
    let columns = graph.node("Add", &[&columns, &bias], Vec::new());
    let row = tensor(graph, weights, layer, "cls")?;
    let row = reshaped(graph, &row, &[1, 1, -1]);
    let row = for_each_item(graph, &row, x);
    Ok(beside(graph, &[row, columns]))
}
