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
        Operation::Special { layer, what } => {
            return Err(ExportError::Operation { operation: format!("{what}, {layer:?},") });
        }
        other => return Err(ExportError::Operation { operation: format!("{other:?}") }),
    })
}

fn global(graph: &mut Graph, pool: &str, x: &str) -> String {
    let pooled = graph.node(pool, &[x], Vec::new());
    graph.node("Flatten", &[&pooled], vec![int("axis", 1)])
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

/// A tensor of the network, as a constant of the graph under its path.
fn tensor(graph: &mut Graph, weights: &Weights, layer: &str, name: &str) -> Result<String, ExportError> {
    let path = format!("{layer}.{name}");
    let missing = || ExportError::Operation { operation: path.clone() };
    let data = weights.get(&path).ok_or_else(missing)?;
    let values: Vec<f32> = data.iter::<f32>().collect();
    let raw = values.iter().flat_map(|x| x.to_le_bytes()).collect();
    Ok(graph.weight(&path, Elements::Float, &data.shape().to_vec(), raw))
}
