//! The squared norm.

use burn::tensor::Tensor;

/// `Σ x²` over all elements, `[1]`; 0 without elements. For the norms of gradients, which are outside autodiff: there it reads memory once.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::squared_norm;
///
/// let x = Tensor::<1>::from_floats([3.0, 4.0], &Device::default());
/// assert_eq!(squared_norm(x).into_data(), [25.0f32].into());
/// ```
pub fn squared_norm<const D: usize>(x: Tensor<D>) -> Tensor<1> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && x.device() == burn::tensor::Device::flex() {
        return Tensor::from_dispatch(crate::autodiff::squared_norm(x));
    }
    x.square().sum()
}
