//! Self-attention.

use kiln_core::Weights;

use super::graph::{Graph, int, ints};
use super::layers::{reshaped, token_linear};
use crate::error::ExportError;

/// What attention takes into account beside the tokens themselves.
#[derive(Debug, Default)]
pub(super) struct Among {
    /// Cosines and sines, `[T, d/2]`, by which queries and keys are turned.
    pub(super) angles: Option<[String; 2]>,
    /// Which tokens are there, bools `[N, T]`.
    pub(super) there: Option<String>,
}

/// What the shares of a token that is not there are the softmax of.
const NOTHING: f32 = -1e30;

/// `softmax(Q Kᵀ / √d) V` of each head, and a linear layer behind it.
pub(super) fn attention(
    graph: &mut Graph,
    weights: &Weights,
    (layer, heads): (&str, usize),
    x: &str,
    among: &Among,
) -> Result<String, ExportError> {
    let [qkv, proj] = ["qkv", "proj"].map(|part| format!("{layer}.{part}"));
    let path = format!("{qkv}.weight");
    let weight = weights.get(&path).ok_or(ExportError::Operation { operation: path })?;
    let width = weight.shape()[0];
    let inner = width / heads;
    let has_bias = |layer: &str| weights.get(&format!("{layer}.bias")).is_some();
    let all = token_linear(graph, weights, &qkv, has_bias(&qkv), x)?;
    let all = reshaped(graph, &all, &[0, 0, 3, heads as i64, inner as i64]);
    let all = graph.node("Transpose", &[&all], vec![ints("perm", &[2, 0, 3, 1, 4])]);
    let [mut query, mut key, value] = [0, 1, 2].map(|part| {
        let place = graph.longs(&[], &[part]);
        graph.node("Gather", &[&all, &place], vec![int("axis", 0)])
    });
    if let Some(angles) = &among.angles {
        [query, key] = [query, key].map(|x| turned(graph, &x, angles, inner));
    }
    let scale = graph.floats(&[], &[(inner as f32).sqrt().recip()]);
    let query = graph.node("Mul", &[&query, &scale], Vec::new());
    let key = graph.node("Transpose", &[&key], vec![ints("perm", &[0, 1, 3, 2])]);
    let mut scores = graph.node("MatMul", &[&query, &key], Vec::new());
    if let Some(there) = &among.there {
        let there = graph.wider(there, &[1, 2]);
        let nothing = graph.floats(&[], &[NOTHING]);
        scores = graph.node("Where", &[&there, &scores, &nothing], Vec::new());
    }
    let shares = graph.node("Softmax", &[&scores], vec![int("axis", -1)]);
    let y = graph.node("MatMul", &[&shares, &value], Vec::new());
    let y = graph.node("Transpose", &[&y], vec![ints("perm", &[0, 2, 1, 3])]);
    let y = reshaped(graph, &y, &[0, 0, width as i64]);
    token_linear(graph, weights, &proj, has_bias(&proj), &y)
}

/// The halves `a` and `b` of each head as `a cos − b sin` and `b cos + a sin`.
fn turned(graph: &mut Graph, x: &str, [cos, sin]: &[String; 2], inner: usize) -> String {
    let (a, b) = (graph.cut(x, -1, 0, inner / 2), graph.cut(x, -1, inner / 2, inner));
    let mut times = |x: &str, by: &str| graph.node("Mul", &[x, by], Vec::new());
    let parts = [times(&a, cos), times(&b, sin), times(&b, cos), times(&a, sin)];
    let first = graph.node("Sub", &[&parts[0], &parts[1]], Vec::new());
    let second = graph.node("Add", &[&parts[2], &parts[3]], Vec::new());
    graph.node("Concat", &[&first, &second], vec![int("axis", -1)])
}
