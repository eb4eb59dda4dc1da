//! The operations of a network as records.

use kiln_infer::plan;
use kiln_models::{Activation, EmbeddingOperation, Operation, RecurrentCell, SequenceOperation};

use super::refusal::not_run;
use crate::error::ExportError;

/// These operations, of a network behind a preprocessing with these bins.
pub(super) fn network(
    operations: &[Operation],
    bins: &[Vec<f32>],
) -> Result<Vec<plan::Operation>, ExportError> {
    // Each sequence is computed by itself: behind its end there is nothing.
    let done = |operation: &&Operation| !matches!(operation, Operation::Sequence(SequenceOperation::Masked));
    operations.iter().filter(done).map(|operation| one(operation, bins)).collect()
}

fn one(operation: &Operation, bins: &[Vec<f32>]) -> Result<plan::Operation, ExportError> {
    Ok(match operation.clone() {
        Operation::Flatten => plan::Operation::Flatten,
        Operation::Linear { layer, bias } => plan::Operation::Linear { layer, bias },
        Operation::Conv { layer, bias, stride, padding, groups, .. } => {
            plan::Operation::Conv { layer, bias, stride, padding, groups }
        }
        Operation::BatchNorm { layer, epsilon } => plan::Operation::BatchNorm { layer, epsilon },
        Operation::LayerNorm { layer, epsilon } => plan::Operation::LayerNorm { layer, epsilon },
        Operation::Activation(function) => plan::Operation::Activation(activation(function)?),
        Operation::MaxPool { side, stride, padding } => plan::Operation::MaxPool { side, stride, padding },
        Operation::GlobalMax => plan::Operation::GlobalMax,
        Operation::GlobalMean => plan::Operation::GlobalMean,
        Operation::Residual(branch) => plan::Operation::Residual(network(&branch, bins)?),
        Operation::Sum { branch, shortcut } => {
            plan::Operation::Sum { branch: network(&branch, bins)?, shortcut: network(&shortcut, bins)? }
        }
        Operation::SqueezeExcite { layer, activation: function, gate } => plan::Operation::SqueezeExcite {
            layer,
            activation: activation(function)?,
            gate: activation(gate)?,
        },
        Operation::Embedding { layer, kind, numbers, others } => {
            plan::Operation::Embedding { layer, kind: embedding(kind, bins)?, numbers, others }
        }
        Operation::TokenLinear { layer, bias } => plan::Operation::TokenLinear { layer, bias },
        Operation::Beside(branches) => {
            let branches = branches.iter().map(|branch| network(branch, bins));
            plan::Operation::Beside(branches.collect::<Result<_, _>>()?)
        }
        Operation::Sequence(operation) => plan::Operation::Sequence(sequence(operation)?),
        Operation::Categories { layer, columns, others } => {
            let columns = columns.into_iter().map(|column| [column.start, column.len()]).collect();
            plan::Operation::Categories { layer, columns, others }
        }
        Operation::Ensemble { layer } => plan::Operation::Ensemble { layer },
        Operation::Heads { layer } => plan::Operation::Heads { layer },
        Operation::Times { tensor } => return Err(not_run(format!("factors, {tensor:?}"))),
        Operation::ScaledLinear { layer, .. } => {
            return Err(not_run(format!("a weight that is scaled, {layer:?}")));
        }
        Operation::Blended { tensor, .. } => {
            return Err(not_run(format!("an activation that is learned, {tensor:?}")));
        }
        Operation::ColumnTokens { layer, .. } => {
            return Err(not_run(format!("columns as tokens, {layer:?}")));
        }
        Operation::Special { layer, what } => return Err(not_run(format!("{what}, {layer:?}"))),
        other => return Err(not_run(format!("{other:?}"))),
    })
}

fn sequence(operation: SequenceOperation) -> Result<plan::Sequence, ExportError> {
    use plan::Sequence as To;
    Ok(match operation {
        SequenceOperation::First { most } => To::First { most },
        SequenceOperation::Vectors { tensor } => To::Vectors { tensor },
        SequenceOperation::Bag { tensor, ids, ngrams, buckets } => To::Bag { tensor, ids, ngrams, buckets },
        SequenceOperation::Phrases { layers } => {
            To::Phrases { layers: layers.into_iter().map(|(layer, _)| layer).collect() }
        }
        SequenceOperation::Conv { layer, bias, dilation, causal, .. } => {
            To::Conv { layer, bias, dilation, causal }
        }
        SequenceOperation::LargestOfThree => To::LargestOfThree,
        SequenceOperation::Turned => To::Turned,
        SequenceOperation::Mean => To::Mean,
        SequenceOperation::Last => To::Last,
        SequenceOperation::Positions { tensor } => To::Positions { tensor },
        SequenceOperation::RmsNorm { layer, epsilon } => To::RmsNorm { layer, epsilon },
        SequenceOperation::Swiglu => To::Swiglu,
        SequenceOperation::Attention { layer, heads, rotary, positions } => {
            To::Attention { layer, heads, rotary, positions }
        }
        SequenceOperation::Recurrent { layer, cell } => {
            let cell = match cell {
                RecurrentCell::Lstm => plan::Cell::Lstm,
                RecurrentCell::Gru => plan::Cell::Gru,
                other => return Err(not_run(format!("{other:?}, {layer:?}"))),
            };
            To::Recurrent { layer, cell }
        }
        other => return Err(not_run(format!("{other:?}"))),
    })
}

fn activation(activation: Activation) -> Result<plan::Activation, ExportError> {
    Ok(match activation {
        Activation::Relu => plan::Activation::Relu,
        Activation::LeakyRelu => plan::Activation::LeakyRelu,
        Activation::Gelu => plan::Activation::Gelu,
        Activation::Silu => plan::Activation::Silu,
        Activation::Selu => plan::Activation::Selu,
        Activation::Mish => plan::Activation::Mish,
        Activation::Tanh => plan::Activation::Tanh,
        Activation::Sigmoid => plan::Activation::Sigmoid,
        Activation::HardSwish => plan::Activation::HardSwish,
        Activation::HardSigmoid => plan::Activation::HardSigmoid,
        other => return Err(not_run(format!("the activation {}", other.name()))),
    })
}

fn embedding(kind: EmbeddingOperation, bins: &[Vec<f32>]) -> Result<plan::Embedding, ExportError> {
    Ok(match kind {
        EmbeddingOperation::Plr => plan::Embedding::Plr,
        EmbeddingOperation::Pbld => plan::Embedding::Pbld,
        EmbeddingOperation::PiecewiseLinear => plan::Embedding::PiecewiseLinear { bins: bins.to_vec() },
        other => return Err(not_run(format!("the embedding {other:?}"))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_run_is_refused_by_name() {
        let special = Operation::Special { layer: "stem".to_owned(), what: "layer norm over channels" };
        let error = network(&[Operation::Residual(vec![special])], &[]).unwrap_err();
        assert_eq!(error.to_string(), "kiln-infer does not run it: layer norm over channels, \"stem\"");
    }
}
