//! Activation functions as nodes.

use kiln_models::Activation;

use super::graph::{Graph, float};
use crate::error::ExportError;

/// The function of each number of `x`.
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
