//! The mean of the vectors of tokens and of runs of them.

use super::graph::{Elements, Graph, int};
use super::lengths::{masked, of};
use crate::error::ExportError;

/// What the hash of a run is made with.
const FACTOR: i64 = 1999;

/// How ids and runs of them have rows of a table.
pub(super) struct Bag {
    /// `[ids + buckets, C]`.
    pub(super) table: String,
    pub(super) ids: usize,
    pub(super) ngrams: usize,
    pub(super) buckets: usize,
}

/// Ids `[N, T]` to `[N, C]`.
pub(super) fn bag(graph: &mut Graph, x: &str, bag: &Bag) -> Result<String, ExportError> {
    let ids = masked(graph, x, Elements::Long, &[])?;
    let there = of(graph)?.there;
    let mask = graph.cast(&there, Elements::Float);
    let axis = graph.longs(&[1], &[1]);
    let (rows, mask) = match bag.ngrams {
        0 | 1 => (ids, mask),
        _ => with_runs(graph, [ids, mask], bag),
    };
    let vectors = graph.node("Gather", &[&bag.table, &rows], vec![int("axis", 0)]);
    let each = graph.wider(&mask, &[2]);
    let vectors = graph.node("Mul", &[&vectors, &each], Vec::new());
    let sum = graph.node("ReduceSum", &[&vectors, &axis], vec![int("keepdims", 0)]);
    let count = graph.node("ReduceSum", &[&mask, &axis], vec![int("keepdims", 1)]);
    let one = graph.floats(&[], &[1.0]);
    let count = graph.node("Max", &[&count, &one], Vec::new());
    Ok(graph.node("Div", &[&sum, &count], Vec::new()))
}

/// Rows of ids and of their runs, and 1 for each that is there.
fn with_runs(graph: &mut Graph, [ids, mask]: [String; 2], bag: &Bag) -> (String, String) {
    let (mut rows, mut masks) = (vec![ids.clone()], vec![mask.clone()]);
    let mut hash = ids.clone();
    let [factor, buckets, behind] =
        [FACTOR, bag.buckets as i64, bag.ids as i64].map(|number| graph.longs(&[], &[number]));
    let [zero, last_but_one, end, axis] = [0, -1, i64::MAX, 1].map(|number| graph.longs(&[1], &[number]));
    for length in 2..=bag.ngrams {
        // A run is there where its last token is.
        let start = graph.longs(&[1], &[length as i64 - 1]);
        let last = graph.node("Slice", &[&ids, &start, &end, &axis], Vec::new());
        let before = graph.node("Slice", &[&hash, &zero, &last_but_one, &axis], Vec::new());
        let before = graph.node("Mod", &[&before, &buckets], Vec::new());
        let before = graph.node("Mul", &[&before, &factor], Vec::new());
        let sum = graph.node("Add", &[&before, &last], Vec::new());
        hash = graph.node("Mod", &[&sum, &buckets], Vec::new());
        rows.push(graph.node("Add", &[&hash, &behind], Vec::new()));
        masks.push(graph.node("Slice", &[&mask, &start, &end, &axis], Vec::new()));
    }
    let [rows, mask] = [rows, masks].map(|parts| {
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        graph.node("Concat", &parts, vec![int("axis", 1)])
    });
    (rows, mask)
}
