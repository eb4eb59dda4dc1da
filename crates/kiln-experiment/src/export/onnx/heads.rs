//! Models of several heads: values are `[heads, N, features]` from the first of their layers on.

use kiln_core::Weights;

use super::graph::{Graph, int, ints};
use super::layers::tensor;
use crate::error::ExportError;

/// A layer whose heads share their weight: `s ∘ ((r ∘ x) W) + b`.
pub(super) fn ensemble(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    mut x: String,
) -> Result<String, ExportError> {
    if !graph.has_heads {
        x = graph.wider(&x, &[0]);
    }
    let [before, after, bias] = each(graph, weights, layer, ["scale_in", "scale_out", "bias"])?;
    let weight = tensor(graph, weights, layer, "weight")?;
    let x = graph.node("Mul", &[&x, &before], Vec::new());
    let y = graph.node("MatMul", &[&x, &weight], Vec::new());
    let y = graph.node("Mul", &[&y, &after], Vec::new());
    graph.has_heads = true;
    Ok(graph.node("Add", &[&y, &bias], Vec::new()))
}

/// A linear layer for each head.
pub(super) fn heads(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    x: &str,
) -> Result<String, ExportError> {
    let [bias] = each(graph, weights, layer, ["bias"])?;
    let weight = tensor(graph, weights, layer, "weight")?;
    let y = graph.node("MatMul", &[x, &weight], Vec::new());
    graph.has_heads = true;
    Ok(graph.node("Add", &[&y, &bias], Vec::new()))
}

/// Tensors of a layer, `[heads, features]`, as `[heads, 1, features]`.
fn each<const N: usize>(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    names: [&str; N],
) -> Result<[String; N], ExportError> {
    let mut found = names.map(str::to_owned);
    for name in &mut found {
        let tensor = tensor(graph, weights, layer, name)?;
        *name = graph.wider(&tensor, &[1]);
    }
    Ok(found)
}

/// The raw outputs whose prediction is the mean of those of all heads, `[N, outputs]`, for a loss of this kind.
pub(super) fn together(graph: &mut Graph, raw: &str, loss: &str) -> String {
    match loss {
        "cross-entropy" => {
            let shares = graph.node("LogSoftmax", &[raw], vec![int("axis", 2)]);
            log_mean_exp(graph, &shares, raw)
        }
        "binary-cross-entropy" | "focal" => {
            // log σ(x) = −softplus(−x)
            let opposite = graph.node("Neg", &[raw], Vec::new());
            let [yes, no] = [opposite.as_str(), raw].map(|x| {
                let soft = graph.node("Softplus", &[x], Vec::new());
                let share = graph.node("Neg", &[&soft], Vec::new());
                log_mean_exp(graph, &share, raw)
            });
            graph.node("Sub", &[&yes, &no], Vec::new())
        }
        "poisson-nll" => log_mean_exp(graph, raw, raw),
        // Of Gaussians the means are predicted alone: the mean of these.
        _ => graph.node("ReduceMean", &[raw], over_heads().to_vec()),
    }
}

fn over_heads() -> [super::proto::Attribute; 2] {
    [ints("axes", &[0]), int("keepdims", 0)]
}

/// `log(mean(exp(x)))` over the heads, of which there are as many as in `raw`.
fn log_mean_exp(graph: &mut Graph, x: &str, raw: &str) -> String {
    let sum = graph.node("ReduceLogSumExp", &[x], over_heads().to_vec());
    let (sizes, place) = (graph.node("Shape", &[raw], Vec::new()), graph.longs(&[], &[0]));
    let heads = graph.node("Gather", &[&sizes, &place], Vec::new());
    let heads = graph.cast(&heads, super::graph::Elements::Float);
    let heads = graph.node("Log", &[&heads], Vec::new());
    graph.node("Sub", &[&sum, &heads], Vec::new())
}
