//! Layer normalisation.

use burn::tensor::{Tensor, module};

use crate::Act;

/// `act((x - mean) / √(variance + epsilon) · gamma + beta)` with mean and biased variance of each row of the last dimension
/// (Ba, Kiros and Hinton, Layer Normalization, 2016): PyTorch's `layer_norm` over one dimension.
///
/// - `x`: `[…, C]`
/// - `gamma`, `beta`: `[C]`
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn layer_norm<const D: usize>(
    x: Tensor<D>,
    gamma: Tensor<1>,
    beta: Tensor<1>,
    epsilon: f64,
    act: Act,
) -> Tensor<D> {
    let x = super::in_type_of(x, &gamma);
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&gamma) && x.dims()[D - 1] > 0 {
        let columns = x.dims()[D - 1];
        assert_eq!(gamma.dims(), [columns], "layer_norm: gamma must have an element for each column");
        assert_eq!(beta.dims(), [columns], "layer_norm: beta must have an element for each column");
        return act.apply(Tensor::from_dispatch(crate::autodiff::layer_norm(x, gamma, beta, epsilon)));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) && crate::gpu::has_kernels(&gamma) && crate::gpu::fits_rows(&x.dims()) {
        let columns = x.dims()[D - 1];
        assert_eq!(gamma.dims(), [columns], "layer_norm: gamma must have an element for each column");
        assert_eq!(beta.dims(), [columns], "layer_norm: beta must have an element for each column");
        return Tensor::from_dispatch(crate::gpu::layer_norm(x, gamma, beta, epsilon, act));
    }
    act.apply(module::layer_norm(x, gamma, Some(beta), epsilon))
}
