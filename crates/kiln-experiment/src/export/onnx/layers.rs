//! What several operations are made of: tensors of the network, linear layers on tokens, activations.

use kiln_core::Weights;
use kiln_models::Activation;

use super::graph::{Elements, Graph, float, int};
use crate::error::ExportError;

/// `x` with other sizes: 0 stands for that of `x` in the same place, −1 for what is left.
pub(super) fn reshaped(graph: &mut Graph, x: &str, sizes: &[i64]) -> String {
    let sizes = graph.longs(&[sizes.len()], sizes);
    graph.node("Reshape", &[x, &sizes], Vec::new())
}

/// A tensor `[1, 1, C]` as often as there are items in `x`.
pub(super) fn for_each_item(graph: &mut Graph, token: &str, x: &str) -> String {
    let sizes = graph.node("Shape", &[x], Vec::new());
    let place = graph.longs(&[1], &[0]);
    let items = graph.node("Gather", &[&sizes, &place], Vec::new());
    let ones = graph.longs(&[2], &[1, 1]);
    let sizes = graph.node("Concat", &[&items, &ones], vec![int("axis", 0)]);
    graph.node("Expand", &[token, &sizes], Vec::new())
}

/// Both halves of the last of three dimensions.
pub(super) fn halves(graph: &mut Graph, x: &str) -> [String; 2] {
    let sizes = graph.node("Shape", &[x], Vec::new());
    let place = graph.longs(&[1], &[2]);
    let width = graph.node("Gather", &[&sizes, &place], Vec::new());
    let two = graph.longs(&[1], &[2]);
    let half = graph.node("Div", &[&width, &two], Vec::new());
    let zero = graph.longs(&[1], &[0]);
    let a = graph.node("Slice", &[x, &zero, &half, &two], Vec::new());
    let b = graph.node("Slice", &[x, &half, &width, &two], Vec::new());
    [a, b]
}

/// A linear layer on the last dimension of three.
pub(super) fn token_linear(
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

/// A function of each element.
pub(super) fn activated(graph: &mut Graph, activation: Activation, x: String) -> Result<String, ExportError> {
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
pub(super) fn tensor(
    graph: &mut Graph,
    weights: &Weights,
    layer: &str,
    name: &str,
) -> Result<String, ExportError> {
    named(graph, weights, &format!("{layer}.{name}"))
}

/// A tensor of the network, as a constant of the graph under its path.
pub(super) fn named(graph: &mut Graph, weights: &Weights, path: &str) -> Result<String, ExportError> {
    let missing = || ExportError::Operation { operation: path.to_owned() };
    let data = weights.get(path).ok_or_else(missing)?;
    let values: Vec<f32> = data.iter::<f32>().collect();
    let raw = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(graph.weight(path, Elements::Float, &data.shape().to_vec(), raw))
}
