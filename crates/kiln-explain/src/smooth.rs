//! Gradients around an input.

use burn::tensor::{Tensor, TensorData};
use kiln_core::Seed;

use crate::gradient::gradient;

/// SmoothGrad (Smilkov et al. 2017): the mean gradient at inputs with normal noise, which averages the roughness of a gradient away.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SmoothGrad {
    /// How often noise is drawn, at least 1. Default 50.
    pub samples: usize,
    /// The standard deviation of the noise, in the units of the inputs; 0 or more. Default 0.15.
    pub deviation: f64,
    /// What the noise is drawn from.
    pub seed: Seed,
}

impl SmoothGrad {
    /// With the defaults.
    pub fn new(seed: Seed) -> Self {
        Self { samples: 50, deviation: 0.15, seed }
    }

    /// The mean gradient of each item.
    ///
    /// # Panics
    /// As [`gradient`].
    pub fn explain<const D: usize>(
        &self,
        model: impl Fn(Tensor<D>) -> Tensor<2>,
        inputs: Tensor<D>,
        targets: &[usize],
    ) -> Tensor<D> {
        let count = inputs.shape().num_elements() as u64;
        let noise = |sample: usize| {
            let first = sample as u64 * count;
            let drawn: Vec<f32> = (first..first + count)
                .map(|index| (self.seed.normal(index) * self.deviation) as f32)
                .collect();
            let data = TensorData::new(drawn, inputs.shape()).convert_dtype(inputs.dtype());
            Tensor::<D>::from_data(data, (&inputs.device(), inputs.dtype()))
        };
        mean_gradient(&model, &inputs, targets, (0..self.samples.max(1)).map(noise))
    }
}

/// The mean gradient at the inputs with each noise.
pub(crate) fn mean_gradient<const D: usize>(
    model: &impl Fn(Tensor<D>) -> Tensor<2>,
    inputs: &Tensor<D>,
    targets: &[usize],
    noise: impl ExactSizeIterator<Item = Tensor<D>>,
) -> Tensor<D> {
    let count = noise.len();
    let zero = inputs.clone().inner().zeros_like();
    let sum = noise.fold(zero, |sum, noise| sum + gradient(model, inputs.clone() + noise, targets));
    sum.div_scalar(count as f64)
}
