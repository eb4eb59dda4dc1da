//! Models that predict several times for an item: `[heads · N, outputs]`, one head after another.

use burn::tensor::{DType, Tensor};
use kiln_data::{Batch, Targets};
use kiln_objective::Loss;

/// How often a model with these outputs predicts for each of so many items.
fn count(outputs: &Tensor<2>, items: usize) -> usize {
    outputs.dims()[0] / items.max(1)
}

/// What is in 16 bits, in f32: a sum over a batch in 16 bits is good for nothing.
pub(super) fn full<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    match tensor.dtype() {
        DType::F16 | DType::BF16 => tensor.cast(DType::F32),
        _ => tensor,
    }
}

/// The mean loss of a batch: of all heads, each by the same targets and weights.
pub(super) fn loss(loss: &Loss, outputs: Tensor<2>, batch: &Batch) -> Tensor<1> {
    let heads = count(&outputs, batch.inputs.len());
    if heads <= 1 {
        return loss.weighted(outputs, &batch.targets, batch.weights.as_ref());
    }
    let targets = match &batch.targets {
        Targets::Classes(classes) => Targets::Classes(classes.clone().repeat_dim(0, heads)),
        Targets::Values(values) => Targets::Values(values.clone().repeat_dim(0, heads)),
        // No loss is for others.
        other => other.clone(),
    };
    let weights = batch.weights.as_ref().map(|weights| weights.clone().repeat_dim(0, heads));
    loss.weighted(outputs, &targets, weights.as_ref())
}

/// What all heads predict together, `[N, outputs]`: the mean of probabilities, or of numbers.
pub(super) fn together(loss: &Loss, outputs: Tensor<2>, items: usize) -> Tensor<2> {
    match count(&outputs, items) {
        0 | 1 => outputs,
        heads => loss.average(outputs.chunk(heads, 0)),
    }
}

/// The mean of raw outputs, `[N, outputs]`.
pub(super) fn mean(outputs: Tensor<2>, items: usize) -> Tensor<2> {
    match count(&outputs, items) {
        0 | 1 => outputs,
        heads => {
            let width = outputs.dims()[1];
            outputs.reshape([heads, items, width]).mean_dim(0).squeeze_dim(0)
        }
    }
}

#[cfg(test)]
mod tests {
    use kiln_data::Inputs;
    use kiln_objective::{LossConfig, TargetKind};
    use kiln_testkit::{assert_close, device};

    use super::*;

    /// Three items, two heads.
    const OUTPUTS: [[f32; 2]; 6] = [[1.0, 0.0], [0.5, -1.0], [2.0, 2.5], [-1.0, 0.0], [0.0, 3.0], [1.0, 1.0]];

    fn outputs(heads: &[usize]) -> Tensor<2> {
        let rows: Vec<[f32; 2]> = heads.iter().flat_map(|head| OUTPUTS[3 * head..][..3].to_vec()).collect();
        let flat: Vec<f32> = rows.concat();
        Tensor::<1>::from_data(flat.as_slice(), &device()).reshape([3 * heads.len(), 2])
    }

    fn batch(targets: Targets, weights: Option<[f32; 3]>) -> Batch {
        Batch {
            inputs: Inputs::Table(Tensor::zeros([3, 1], &device())),
            targets,
            weights: weights.map(|weights| Tensor::from_data(weights, &device())),
        }
    }

    #[test]
    fn the_loss_is_the_mean_of_those_of_the_heads() {
        let classes = Targets::Classes(Tensor::from_data([0, 1, 1], &device()));
        let values = Targets::Values(Tensor::from_data([[0.0, 1.0], [2.0, 0.5], [-1.0, 1.0]], &device()));
        for (targets, kind) in [(classes, TargetKind::Classes(2)), (values, TargetKind::Values(2))] {
            let built = LossConfig::default_for(kind).build(kind).unwrap();
            for weights in [None, Some([1.0, 0.0, 3.0])] {
                let batch = batch(targets.clone(), weights);
                let of = |heads: &[usize]| loss(&built, outputs(heads), &batch);
                let mean = of(&[0]).add(of(&[1])).div_scalar(2.0);
                assert_close(&of(&[0, 1]).into_data(), &mean.into_data(), 1e-6, 1e-7);
            }
        }
    }

    #[test]
    fn a_prediction_is_the_mean_of_probabilities_and_of_numbers() {
        use burn::tensor::activation::softmax;
        let classes = LossConfig::default_for(TargetKind::Classes(2)).build(TargetKind::Classes(2)).unwrap();
        let found = softmax(together(&classes, outputs(&[0, 1]), 3), 1);
        let wanted = softmax(outputs(&[0]), 1).add(softmax(outputs(&[1]), 1)).div_scalar(2.0);
        assert_close(&found.into_data(), &wanted.into_data(), 1e-6, 1e-7);
        let values = LossConfig::default_for(TargetKind::Values(2)).build(TargetKind::Values(2)).unwrap();
        let wanted = outputs(&[0]).add(outputs(&[1])).div_scalar(2.0).into_data();
        assert_close(&together(&values, outputs(&[0, 1]), 3).into_data(), &wanted, 1e-6, 1e-7);
        assert_close(&mean(outputs(&[0, 1]), 3).into_data(), &wanted, 1e-6, 1e-7);
        let one = outputs(&[1]).into_data();
        assert_eq!(together(&classes, outputs(&[1]), 3).into_data(), one);
        assert_eq!(mean(outputs(&[1]), 3).into_data(), one);
    }
}
