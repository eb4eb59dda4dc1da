//! Normalisation by the root of the mean square.

use burn::tensor::Tensor;

/// `x / √(mean(x²) + epsilon) · gamma` for each row of the last dimension (Zhang and Sennrich: Root mean square layer normalization, 2019): PyTorch's
/// `rms_norm` over one dimension.
///
/// - `x`: `[…, C]`
/// - `gamma`: `[C]`
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::rms_norm;
///
/// let device = Device::default();
/// let y = rms_norm(Tensor::<2>::from_floats([[3.0, -3.0]], &device), Tensor::<1>::from_floats([1.0, 2.0], &device), 0.0);
/// assert_eq!(y.into_data(), [[1.0f32, -2.0]].into());
/// ```
pub fn rms_norm<const D: usize>(x: Tensor<D>, gamma: Tensor<1>, epsilon: f64) -> Tensor<D> {
    let x = super::in_type_of(x, &gamma);
    let columns = x.dims()[D - 1];
    assert_eq!(gamma.dims(), [columns], "rms_norm: gamma must have an element for each column");
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&gamma) && columns > 0 {
        return Tensor::from_dispatch(crate::autodiff::rms_norm(x, gamma, epsilon));
    }
    let root = x.clone().square().mean_dim(D - 1).add_scalar(epsilon).sqrt();
    x.div(root).mul(gamma.unsqueeze())
}
