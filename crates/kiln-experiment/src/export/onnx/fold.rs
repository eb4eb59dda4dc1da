//! Batch norm as a part of the layer before it.

use burn::tensor::TensorData;
use kiln_core::Weights;
use kiln_models::{Operation, SequenceOperation};

/// Operations that do the same, and their tensors: each batch norm right behind a convolution or a linear layer is a part of its weight and
/// its bias. Any other stays.
pub(super) fn folded(operations: Vec<Operation>, weights: &Weights) -> (Vec<Operation>, Weights) {
    let mut own = weights.clone();
    let operations = walk(operations, &mut own);
    (operations, own)
}

fn walk(operations: Vec<Operation>, weights: &mut Weights) -> Vec<Operation> {
    let mut found: Vec<Operation> = Vec::with_capacity(operations.len());
    for operation in operations {
        let operation = match operation {
            Operation::Residual(branch) => Operation::Residual(walk(branch, weights)),
            Operation::Sum { branch, shortcut } => {
                Operation::Sum { branch: walk(branch, weights), shortcut: walk(shortcut, weights) }
            }
            other => other,
        };
        let norm = match &operation {
            Operation::BatchNorm { layer, epsilon } => Norm::of(weights, layer, *epsilon),
            _ => None,
        };
        let joined = match (norm, found.last_mut()) {
            (Some(norm), Some(before)) => norm.is_joined_to(before, weights),
            _ => false,
        };
        if !joined {
            found.push(operation);
        }
    }
    found
}

/// A batch norm in evaluation: `x · scale + shift`, channel by channel.
struct Norm {
    scale: Vec<f64>,
    mean: Vec<f64>,
    shift: Vec<f64>,
}

impl Norm {
    fn of(weights: &Weights, layer: &str, epsilon: f64) -> Option<Self> {
        let vector =
            |name: &str| Some(weights.get(&format!("{layer}.{name}"))?.iter::<f64>().collect::<Vec<f64>>());
        let (gamma, variance) = (vector("gamma")?, vector("running_var")?);
        let scale = gamma.iter().zip(&variance).map(|(gamma, variance)| gamma / (variance + epsilon).sqrt());
        Some(Self { scale: scale.collect(), mean: vector("running_mean")?, shift: vector("beta")? })
    }

    /// Makes it a part of the operation before it, if that can be.
    fn is_joined_to(&self, before: &mut Operation, weights: &mut Weights) -> bool {
        let outputs = self.scale.len();
        match before {
            Operation::Conv { layer, bias, .. }
            | Operation::Sequence(SequenceOperation::Conv { layer, bias, .. }) => {
                self.join(weights, layer, bias, |place, each| place / each)
            }
            Operation::Linear { layer, bias } => self.join(weights, layer, bias, |place, _| place % outputs),
            _ => return false,
        }
        true
    }

    /// Makes it a part of the layer at `layer`. `output` gives the output that a number of the weight belongs to, by its place and the
    /// numbers of one output.
    fn join(
        &self,
        weights: &mut Weights,
        layer: &str,
        has_bias: &mut bool,
        output: impl Fn(usize, usize) -> usize,
    ) {
        let (weight_name, bias_name) = (format!("{layer}.weight"), format!("{layer}.bias"));
        let Some(weight) = weights.get(&weight_name) else { return };
        let numbers: Vec<f64> = weight.iter::<f64>().collect();
        let each = numbers.len() / self.scale.len();
        let scaled =
            numbers.iter().enumerate().map(|(place, x)| (x * self.scale[output(place, each)]) as f32);
        let scaled = TensorData::new(scaled.collect::<Vec<f32>>(), weight.shape().clone());
        let bias = weights.get(&bias_name).map(|bias| bias.iter::<f64>().collect::<Vec<f64>>());
        let bias = bias.unwrap_or_else(|| vec![0.0; self.scale.len()]);
        let parts = self.scale.iter().zip(&self.mean).zip(&self.shift).zip(bias);
        let bias = parts.map(|(((scale, mean), shift), bias)| (shift + (bias - mean) * scale) as f32);
        let bias = TensorData::new(bias.collect::<Vec<f32>>(), [self.scale.len()]);
        weights.insert(weight_name, scaled);
        weights.insert(bias_name, bias);
        *has_bias = true;
    }
}
