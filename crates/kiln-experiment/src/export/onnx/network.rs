//! The operations of a network as nodes.

use kiln_core::Weights;
use kiln_models::{Activation, Operation};

use super::graph::{Elements, Graph, float, int, ints};
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
        Operation::Attention { layer, heads } => attention(graph, weights, layer, *heads, &x)?,
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
        Operation::Embedding { layer, .. } => return Err(special("the embedding of numbers", layer)),
        Operation::Ensemble { layer } | Operation::Heads { layer } => {
            return Err(special("a layer of several heads", layer));
        }
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

/// A tensor `[1, 1, C]` as often as there are items in `x`.
fn for_each_item(graph: &mut Graph, token: &str, x: &str) -> String {
    let sizes = graph.node("Shape", &[x], Vec::new());
    let place = graph.longs(&[1], &[0]);
    let items = graph.node("Gather", &[&sizes, &place], Vec::new());
    let ones = graph.longs(&[2], &[1, 1]);
    let sizes = graph.node("Concat", &[&items, &ones], vec![int("axis", 0)]);
    graph.node("Expand", &[token, &sizes], Vec::new())
}

/// One number of all tokens for each feature.
fn over_tokens(graph: &mut Graph, reduce: &str, x: &str) -> String {
    graph.node(reduce, &[x], vec![ints("axes", &[1]), int("keepdims", 0)])
}

/// `x` with other sizes: 0 stands for that of `x` in the same place, −1 for what is left.
fn reshaped(graph: &mut Graph, x: &str, sizes: &[i64]) -> String {
    let sizes = graph.longs(&[sizes.len()], sizes);
    graph.node("Reshape", &[x, &sizes], Vec::new())
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

/// A linear layer on the last dimension of three.
fn token_linear(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    bias: bool,
    x: &str,
) -> Result<String, ExportError> {
    let weight = tensor(graph, weights, layer, "weight")?;
    let y = graph.node("MatMul", &[x, &weight], Vec::new());
    if !bias {
        return Ok(y);
    }
    let bias = tensor(graph, weights, layer, "bias")?;
    Ok(graph.node("Add", &[&y, &bias], Vec::new()))
}

/// `softmax(Q Kᵀ / √d) V` of each head, and a linear layer behind it.
fn attention(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    heads: usize,
    x: &str,
) -> Result<String, ExportError> {
    let [qkv, proj] = ["qkv", "proj"].map(|part| format!("{layer}.{part}"));
    let path = format!("{qkv}.weight");
    let weight = weights.get(&path).ok_or(ExportError::Operation { operation: path })?;
    let width = weight.shape()[0];
    let inner = width / heads;
    let all = token_linear(graph, weights, &qkv, true, x)?;
    let all = reshaped(graph, &all, &[0, 0, 3, heads as i64, inner as i64]);
    let all = graph.node("Transpose", &[&all], vec![ints("perm", &[2, 0, 3, 1, 4])]);
    let [query, key, value] = [0, 1, 2].map(|part| {
        let place = graph.longs(&[], &[part]);
        graph.node("Gather", &[&all, &place], vec![int("axis", 0)])
    });
    let scale = graph.floats(&[], &[(inner as f32).sqrt().recip()]);
    let query = graph.node("Mul", &[&query, &scale], Vec::new());
    let key = graph.node("Transpose", &[&key], vec![ints("perm", &[0, 1, 3, 2])]);
    let scores = graph.node("MatMul", &[&query, &key], Vec::new());
    let shares = graph.node("Softmax", &[&scores], vec![int("axis", -1)]);
    let y = graph.node("MatMul", &[&shares, &value], Vec::new());
    let y = graph.node("Transpose", &[&y], vec![ints("perm", &[0, 2, 1, 3])]);
    let y = reshaped(graph, &y, &[0, 0, width as i64]);
    token_linear(graph, weights, &proj, true, &y)
}

fn activated(graph: &mut Graph, activation: Activation, x: String) -> Result<String, ExportError> {
    Ok(match activation {
        Activation::Identity => x,
        Activation::Relu => graph.node("Relu", &[&x], Vec::new()),
        Activation::LeakyRelu => graph.node("LeakyRelu", &[&x], vec![float("alpha", 0.01)]),
        Activation::Tanh => graph.node("Tanh", &[&x], Vec::new()),
        Activation::Sigmoid => graph.node("Sigmoid", &[&x], Vec::new()),
        Activation::Silu => {
            let gate = graph.node("Sigmoid", &[&x], Vec::new());
            graph.node("Mul", &[&x, &gate], Vec::new())
        }
        // With the defaults of ONNX, which are PyTorch's numbers.
        Activation::Selu => graph.node("Selu", &[&x], Vec::new()),
        Activation::Mish => {
            let soft = graph.node("Softplus", &[&x], Vec::new());
            let gate = graph.node("Tanh", &[&soft], Vec::new());
            graph.node("Mul", &[&x, &gate], Vec::new())
        }
        Activation::Gelu => {
            let root = graph.floats(&[], &[std::f32::consts::FRAC_1_SQRT_2]);
            let (one, half) = (graph.floats(&[], &[1.0]), graph.floats(&[], &[0.5]));
            let scaled = graph.node("Mul", &[&x, &root], Vec::new());
            let erf = graph.node("Erf", &[&scaled], Vec::new());
            let twice = graph.node("Add", &[&erf, &one], Vec::new());
            let halved = graph.node("Mul", &[&x, &half], Vec::new());
            graph.node("Mul", &[&halved, &twice], Vec::new())
        }
        Activation::HardSwish => graph.node("HardSwish", &[&x], Vec::new()),
        Activation::HardSigmoid => {
            graph.node("HardSigmoid", &[&x], vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)])
        }
        other => return Err(ExportError::Operation { operation: other.name().to_owned() }),
    })
}

/// A tensor of a layer, as a constant of the graph under its path.
fn tensor(graph: &mut Graph, weights: &Weights, layer: &str, name: &str) -> Result<String, ExportError> {
    named(graph, weights, &format!("{layer}.{name}"))
}

/// A tensor of the network, as a constant of the graph under its path.
fn named(graph: &mut Graph, weights: &Weights, path: &str) -> Result<String, ExportError> {
    let missing = || ExportError::Operation { operation: path.to_owned() };
    let data = weights.get(path).ok_or_else(missing)?;
    let values: Vec<f32> = data.iter::<f32>().collect();
    let raw = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(graph.weight(path, Elements::Float, &data.shape().to_vec(), raw))
}
