//! The operations of a network as nodes.

use kiln_core::Weights;
use kiln_models::Operation;

use super::attention::{Among, attention};
use super::columns::{categories, column_tokens, embedding};
use super::graph::{Graph, float, int, ints};
use super::heads::{ensemble, heads};
use super::layers::{activated, for_each_item, halves, named, reshaped, tensor, token_linear};
use super::sequence::sequence;
use crate::error::ExportError;

/// `x` behind these operations, whose tensors are in `weights`.
pub(super) fn network(
    graph: &mut Graph,
    operations: &[Operation],
    weights: &Weights,
    mut x: String,
) -> Result<String, ExportError> {
    for operation in operations {
        x = one(graph, operation, weights, x)?;
        graph.marks.push(x.clone());
    }
    Ok(x)
}

fn one(
    graph: &mut Graph,
    operation: &Operation,
    weights: &Weights,
    x: String,
) -> Result<String, ExportError> {
    Ok(match operation {
        Operation::Flatten => graph.node("Flatten", &[&x], vec![int("axis", 1)]),
        Operation::Linear { layer, bias } => {
            let mut inputs = vec![x, tensor(graph, weights, layer, "weight")?];
            if *bias {
                inputs.push(tensor(graph, weights, layer, "bias")?);
            }
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            graph.node("Gemm", &inputs, Vec::new())
        }
        Operation::Conv { layer, bias, kernel, stride, padding, groups } => {
            let mut inputs = vec![x, tensor(graph, weights, layer, "weight")?];
            if *bias {
                inputs.push(tensor(graph, weights, layer, "bias")?);
            }
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            let mut attributes = vec![ints("kernel_shape", &[*kernel; 2]), ints("pads", &[*padding; 4])];
            if *stride > 1 {
                attributes.push(ints("strides", &[*stride; 2]));
            }
            if *groups > 1 {
                attributes.push(int("group", *groups as i64));
            }
            graph.node("Conv", &inputs, attributes)
        }
        Operation::BatchNorm { layer, epsilon } => {
            let [gamma, beta, mean, variance] = ["gamma", "beta", "running_mean", "running_var"]
                .map(|name| tensor(graph, weights, layer, name));
            let (gamma, beta, mean, variance) = (gamma?, beta?, mean?, variance?);
            let attributes = vec![float("epsilon", *epsilon)];
            graph.node("BatchNormalization", &[&x, &gamma, &beta, &mean, &variance], attributes)
        }
        Operation::LayerNorm { layer, epsilon } => {
            let (gamma, beta) =
                (tensor(graph, weights, layer, "gamma")?, tensor(graph, weights, layer, "beta")?);
            let attributes = vec![int("axis", -1), float("epsilon", *epsilon)];
            graph.node("LayerNormalization", &[&x, &gamma, &beta], attributes)
        }
        Operation::Activation(activation) => activated(graph, *activation, x)?,
        Operation::MaxPool { side, stride, padding } => {
            let mut attributes = vec![ints("kernel_shape", &[*side; 2]), ints("strides", &[*stride; 2])];
            if *padding > 0 {
                attributes.push(ints("pads", &[*padding; 4]));
            }
            graph.node("MaxPool", &[&x], attributes)
        }
        Operation::GroupNorm { layer, groups, epsilon, of_maps } => {
            group_norm(graph, weights, (layer.as_str(), *groups), (*epsilon, *of_maps), &x)?
        }
        Operation::AvgPool { side, stride } => {
            let attributes = vec![ints("kernel_shape", &[*side; 2]), ints("strides", &[*stride; 2])];
            graph.node("AveragePool", &[&x], attributes)
        }
        Operation::Tokens => {
            let rows = reshaped(graph, &x, &[0, 0, -1]);
            graph.node("Transpose", &[&rows], vec![ints("perm", &[0, 2, 1])])
        }
        Operation::Plus { tensor } => {
            let other = named(graph, weights, tensor)?;
            graph.node("Add", &[&x, &other], Vec::new())
        }
        Operation::Times { tensor } => {
            let other = named(graph, weights, tensor)?;
            graph.node("Mul", &[&x, &other], Vec::new())
        }
        Operation::Prepend { tensor } => {
            let token = named(graph, weights, tensor)?;
            let token = for_each_item(graph, &token, &x);
            graph.node("Concat", &[&token, &x], vec![int("axis", 1)])
        }
        Operation::FirstToken => {
            let place = graph.longs(&[], &[0]);
            graph.node("Gather", &[&x, &place], vec![int("axis", 1)])
        }
        Operation::OverChannels(inner) => {
            let pixels = graph.node("Transpose", &[&x], vec![ints("perm", &[0, 2, 3, 1])]);
            let pixels = network(graph, inner, weights, pixels)?;
            graph.node("Transpose", &[&pixels], vec![ints("perm", &[0, 3, 1, 2])])
        }
        Operation::TokenLinear { layer, bias } => token_linear(graph, weights, layer, *bias, &x)?,
        Operation::Attention { layer, heads } => {
            attention(graph, weights, (layer, *heads), &x, &Among::default())?
        }
        Operation::TokenMean => over_tokens(graph, "ReduceMean", &x),
        Operation::TokenMax => over_tokens(graph, "ReduceMax", &x),
        Operation::GlobalMax => global(graph, "GlobalMaxPool", &x),
        Operation::GlobalMean => global(graph, "GlobalAveragePool", &x),
        Operation::Residual(branch) => {
            let branch = network(graph, branch, weights, x.clone())?;
            graph.node("Add", &[&branch, &x], Vec::new())
        }
        Operation::Sum { branch, shortcut } => {
            let branch = network(graph, branch, weights, x.clone())?;
            let shortcut = network(graph, shortcut, weights, x)?;
            graph.node("Add", &[&branch, &shortcut], Vec::new())
        }
        Operation::SqueezeExcite { layer, activation, gate } => {
            let mut scale = graph.node("GlobalAveragePool", &[&x], Vec::new());
            for (fc, activation) in [("fc1", activation), ("fc2", gate)] {
                let layer = format!("{layer}.{fc}");
                let (weight, bias) =
                    (tensor(graph, weights, &layer, "weight")?, tensor(graph, weights, &layer, "bias")?);
                let kernel = vec![ints("kernel_shape", &[1; 2])];
                scale = graph.node("Conv", &[&scale, &weight, &bias], kernel);
                scale = activated(graph, *activation, scale)?;
            }
            graph.node("Mul", &[&x, &scale], Vec::new())
        }
        Operation::Embedding { layer, kind, numbers, others } => {
            embedding(graph, weights, (layer, *kind), [numbers, others], &x)?
        }
        Operation::Categories { layer, columns, others } => {
            categories(graph, weights, layer, columns, others, &x)?
        }
        Operation::Ensemble { layer } => ensemble(graph, weights, layer, x)?,
        Operation::Heads { layer } => heads(graph, weights, layer, &x)?,
        Operation::ScaledLinear { layer, bias, gain } => {
            let mut inputs = vec![x, tensor(graph, weights, layer, "weight")?];
            if *bias {
                inputs.push(tensor(graph, weights, layer, "bias")?);
            }
            let inputs: Vec<&str> = inputs.iter().map(String::as_str).collect();
            graph.node("Gemm", &inputs, vec![float("alpha", *gain)])
        }
        Operation::Blended { tensor, activation } => {
            let alpha = named(graph, weights, tensor)?;
            let curved = activated(graph, *activation, x.clone())?;
            let more = graph.node("Sub", &[&curved, &x], Vec::new());
            let more = graph.node("Mul", &[&more, &alpha], Vec::new());
            graph.node("Add", &[&x, &more], Vec::new())
        }
        Operation::ColumnTokens { layer, pieces } => column_tokens(graph, weights, layer, pieces, &x)?,
        Operation::Reglu => {
            let [a, b] = halves(graph, &x);
            let b = graph.node("Relu", &[&b], Vec::new());
            graph.node("Mul", &[&a, &b], Vec::new())
        }
        Operation::Beside(branches) => {
            let branch = |branch: &Vec<Operation>| network(graph, branch, weights, x.clone());
            let branches = branches.iter().map(branch).collect::<Result<Vec<_>, _>>()?;
            let branches: Vec<&str> = branches.iter().map(String::as_str).collect();
            graph.node("Concat", &branches, vec![int("axis", 1)])
        }
        Operation::Sequence(operation) => sequence(graph, operation, weights, x)?,
        Operation::Special { layer, what } => return Err(special(what, layer)),
        other => return Err(ExportError::Operation { operation: format!("{other:?}") }),
    })
}

fn special(what: &str, layer: &str) -> ExportError {
    ExportError::Operation { operation: format!("{what}, {layer:?},") }
}

fn global(graph: &mut Graph, pool: &str, x: &str) -> String {
    let pooled = graph.node(pool, &[x], Vec::new());
    graph.node("Flatten", &[&pooled], vec![int("axis", 1)])
}

/// One number of all tokens for each feature.
fn over_tokens(graph: &mut Graph, reduce: &str, x: &str) -> String {
    graph.node(reduce, &[x], vec![ints("axes", &[1]), int("keepdims", 0)])
}

/// Each group is a channel of its own to the operator that normalises channels; scale and shift are those of the channels.
fn group_norm(
    graph: &mut Graph,
    weights: &Weights,
    (layer, groups): (&str, usize),
    (epsilon, of_maps): (f64, bool),
    x: &str,
) -> Result<String, ExportError> {
    let (gamma, beta) = (tensor(graph, weights, layer, "gamma")?, tensor(graph, weights, layer, "beta")?);
    let rows = reshaped(graph, x, &[0, groups as i64, -1]);
    let one = graph.floats(&[groups], &vec![1.0; groups]);
    let zero = graph.floats(&[groups], &vec![0.0; groups]);
    let rows = graph.node("InstanceNormalization", &[&rows, &one, &zero], vec![float("epsilon", epsilon)]);
    let sizes = graph.node("Shape", &[x], Vec::new());
    let mut y = graph.node("Reshape", &[&rows, &sizes], Vec::new());
    for (operation, vector) in [("Mul", gamma), ("Add", beta)] {
        let vector = if of_maps { reshaped(graph, &vector, &[-1, 1, 1]) } else { vector };
        y = graph.node(operation, &[&y, &vector], Vec::new());
    }
    Ok(y)
}
