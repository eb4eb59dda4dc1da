//! Batch normalisation in training.

use burn::tensor::{Tensor, module};

use crate::Act;

/// What [`batch_norm`] gives.
#[derive(Debug)]
pub struct BatchStatistics<const D: usize> {
    /// The normalised input, of the same shape.
    pub output: Tensor<D>,
    /// Mean of each channel: `[C]`, without gradient.
    pub mean: Tensor<1>,
    /// Biased variance of each channel (divided by the number of values): `[C]`, without gradient.
    pub variance: Tensor<1>,
}

/// `act((x - mean) / √(variance + epsilon) · gamma + beta)`, with mean and variance of this batch, over everything but
/// the channels (Ioffe and Szegedy, Batch Normalization, 2015).
///
/// - `x`: `[N, C]` or `[N, C, …]`
/// - `gamma`, `beta`: `[C]`
///
/// Running statistics are the caller's: they follow from the mean and the variance that come back.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> BatchStatistics<D> {
    let x = super::in_type_of(x, &gamma);
    #[cfg(feature = "flex")]
    if (D == 2 || D == 4) && super::has_kernels(&x) && super::has_kernels(&gamma) {
        let channels = x.dims()[1];
        assert_eq!(gamma.dims(), [channels], "batch_norm: gamma must have an element for each channel");
        assert_eq!(beta.dims(), [channels], "batch_norm: beta must have an element for each channel");
        let [output, mean, variance] = crate::autodiff::batch_norm(x, gamma, beta, epsilon, act);
        return BatchStatistics {
            output: Tensor::from_dispatch(output),
            mean: Tensor::from_dispatch(mean),
            variance: Tensor::from_dispatch(variance),
        };
    }
    #[cfg(feature = "wgpu")]
    if (D == 2 || D == 4)
        && crate::gpu::has_kernels(&x)
        && crate::gpu::has_kernels(&gamma)
        && crate::gpu::fits_batch_norm(&x.dims())
    {
        let [output, mean, variance] = crate::gpu::batch_norm(x, gamma, beta, epsilon, act);
        return BatchStatistics {
            output: Tensor::from_dispatch(output),
            mean: Tensor::from_dispatch(mean),
            variance: Tensor::from_dispatch(variance),
        };
    }
    let module::BatchNormTrainOutput { output, mean, variance } =
        module::batch_norm_train(x, gamma, beta, epsilon);
    BatchStatistics { output: act.apply(output), mean, variance }
}
