//! Batch normalisation in training.

use burn::tensor::{Tensor, activation, module};

use crate::{Act, NormAct};

/// What [`batch_norm`] gives.
#[derive(Debug)]
pub struct BatchStatistics<const D: usize> {
    /// The normalised input, of the same shape.
    pub output: Tensor<D>,
    /// Mean of each channel: `[C]`, without gradient.
    pub mean: Tensor<1>,
    /// Biased variance of each channel (divided by the number of values): `[C]`, without gradient.
    pub variance: Tensor<1>,
    /// Values of each channel that these are of.
    pub values: usize,
}

/// `act((x - mean) / √(variance + epsilon) · gamma + beta)`, with mean and variance of this batch, over everything but
/// the channels (Ioffe and Szegedy, Batch Normalization, 2015).
///
/// - `x`: `[N, C]` or `[N, C, …]`
/// - `gamma`, `beta`: `[C]`
///
/// Running statistics are the caller's: they follow from the mean and the variance that come back. Within
/// [`together`](crate::together) the batch is that of all parts.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn batch_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: impl Into<NormAct>,
) -> BatchStatistics<D> {
    let (x, act) = (super::in_type_of(x, &gamma), act.into());
    #[cfg(feature = "flex")]
    if let Some(found) = of_all_parts(&x, &gamma, &beta, epsilon, act) {
        return found;
    }
    #[cfg(feature = "flex")]
    if (D == 2 || D == 4) && super::has_kernels(&x) && super::has_kernels(&gamma) {
        let channels = x.dims()[1];
        assert_eq!(gamma.dims(), [channels], "batch_norm: gamma must have an element for each channel");
        assert_eq!(beta.dims(), [channels], "batch_norm: beta must have an element for each channel");
        let values = values_of(&x);
        let [output, mean, variance] = crate::autodiff::batch_norm(x, gamma, beta, epsilon, act);
        return BatchStatistics {
            output: Tensor::from_dispatch(output),
            mean: Tensor::from_dispatch(mean),
            variance: Tensor::from_dispatch(variance),
            values,
        };
    }
    let (with, then) = act.split();
    let statistics = composed(x, gamma, beta, epsilon, with);
    BatchStatistics { output: then.apply(statistics.output), ..statistics }
}

/// Values of a channel.
fn values_of<const D: usize>(x: &Tensor<D>) -> usize {
    x.shape().num_elements() / x.dims()[1].max(1)
}

/// As [`batch_norm`] over all parts of the batch, where this thread computes one of several.
#[cfg(feature = "flex")]
fn of_all_parts<const D: usize>(
    x: &Tensor<D>,
    gamma: &Tensor<1>,
    beta: &Tensor<1>,
    epsilon: f64,
    act: NormAct,
) -> Option<BatchStatistics<D>> {
    let with = crate::together::with()?;
    if !(super::has_kernels(x) && super::has_kernels(gamma)) {
        return None;
    }
    let dims = x.dims();
    if D == 2 || D == 4 {
        let tensors = crate::autodiff::of_graph(x, gamma, beta)?;
        let (output, [mean, variance], values) =
            crate::autodiff::batch_norm_together(tensors, epsilon, act, with);
        return Some(BatchStatistics { output, mean, variance, values });
    }
    let [n, c] = [dims[0], dims[1]];
    let image = x.clone().reshape([n, c, dims[2..].iter().product(), 1]);
    let tensors = crate::autodiff::of_graph(&image, gamma, beta)?;
    let (output, [mean, variance], values) =
        crate::autodiff::batch_norm_together::<4>(tensors, epsilon, act, with);
    Some(BatchStatistics { output: output.reshape(dims), mean, variance, values })
}

/// What other backends have: relu at most is part of the operation.
fn composed<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> BatchStatistics<D> {
    let values = values_of(&x);
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
            values,
        };
    }
    let module::BatchNormTrainOutput { output, mean, variance } =
        module::batch_norm_train(x, gamma, beta, epsilon);
    BatchStatistics { output: act.apply(output), mean, variance, values }
}

impl NormAct {
    /// The part that other operations know, and what is left to do.
    fn split(self) -> (Act, Self) {
        match self {
            Self::None => (Act::None, Self::None),
            Self::Relu => (Act::Relu, Self::None),
            Self::HardSwish => (Act::None, self),
        }
    }

    /// Applies it to a tensor, as an operation of its own.
    pub fn apply<const D: usize>(self, x: Tensor<D>) -> Tensor<D> {
        match self {
            Self::None => x,
            Self::Relu => activation::relu(x),
            Self::HardSwish => super::hard_swish(x),
        }
    }
}
