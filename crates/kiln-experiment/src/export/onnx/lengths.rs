//! How long the sequences of a batch are, and what is behind their ends.

use super::graph::{Elements, Graph, Lengths, int, ints};
use crate::error::ExportError;

/// Makes `lengths`, longs `[N]`, those of the batch `x`, whose dimension `axis` is T: no sequence is longer than that.
pub(super) fn begin(graph: &mut Graph, x: &str, axis: usize, lengths: &str) -> Lengths {
    let steps = steps(graph, x, axis);
    let none = graph.longs(&[1], &[0]);
    let lengths = graph.node("Max", &[lengths, &none], Vec::new());
    let lengths = graph.node("Min", &[&lengths, &steps], Vec::new());
    let places = places(graph, &steps);
    let (places, each) = (graph.wider(&places, &[0]), graph.wider(&lengths, &[1]));
    let there = graph.node("Less", &[&places, &each], Vec::new());
    let found = Lengths { lengths, there };
    graph.lengths = Some(found.clone());
    found
}

/// The lengths of the batch.
///
/// # Errors
/// Where there are none, which no network is made for.
pub(super) fn of(graph: &Graph) -> Result<Lengths, ExportError> {
    let operation = || "an operation on sequences".to_owned();
    graph.lengths.clone().ok_or_else(|| ExportError::Operation { operation: operation() })
}

/// The size of a dimension of `x`, longs `[1]`.
pub(super) fn steps(graph: &mut Graph, x: &str, axis: usize) -> String {
    graph.node("Shape", &[x], vec![int("start", axis as i64), int("end", axis as i64 + 1)])
}

/// 0, 1, … below `steps`, longs `[T]`.
pub(super) fn places(graph: &mut Graph, steps: &str) -> String {
    let (zero, one) = (graph.longs(&[], &[0]), graph.longs(&[], &[1]));
    let steps = graph.node("Squeeze", &[steps], Vec::new());
    graph.node("Range", &[&zero, &steps, &one], Vec::new())
}

/// `x`, `[N, T]`, or with more dimensions around T at these places of `there`, and 0 behind the ends.
pub(super) fn masked(
    graph: &mut Graph,
    x: &str,
    elements: Elements,
    axes: &[i64],
) -> Result<String, ExportError> {
    let mut there = of(graph)?.there;
    if !axes.is_empty() {
        there = graph.wider(&there, axes);
    }
    let zero = match elements {
        Elements::Long => graph.longs(&[], &[0]),
        Elements::Double => graph.doubles(&[], &[0.0]),
        _ => graph.floats(&[], &[0.0]),
    };
    Ok(graph.node("Where", &[&there, x, &zero], Vec::new()))
}

/// `[N, C, T]` to `[N, T, C]` and back.
pub(super) fn turned(graph: &mut Graph, x: &str) -> String {
    graph.node("Transpose", &[x], vec![ints("perm", &[0, 2, 1])])
}
