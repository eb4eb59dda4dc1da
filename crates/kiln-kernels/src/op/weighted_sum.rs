//! A weighted sum of two tensors.

use burn::tensor::Tensor;

/// `a · x + b · y` of two tensors of one shape, which are without autodiff: in one launch on a GPU. For means that move along, such as
/// those of batch norm.
///
/// # Panics
/// When the shapes differ.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::weighted_sum;
///
/// let device = Device::default();
/// let (old, new) = (Tensor::<1>::from_floats([1.0, 2.0], &device), Tensor::from_floats([3.0, 6.0], &device));
/// assert_eq!(weighted_sum(old, 0.5, new, 0.25).into_data(), [1.25f32, 2.5].into());
/// ```
pub fn weighted_sum<const D: usize>(x: Tensor<D>, a: f64, y: Tensor<D>, b: f64) -> Tensor<D> {
    assert_eq!(x.dims(), y.dims(), "weighted_sum: x and y must have the same shape");
    #[cfg(feature = "wgpu")]
    if [&x, &y].into_iter().all(|x| crate::gpu::has_kernels(x) && !x.is_autodiff()) {
        return crate::gpu::weighted_sum(x, a, y, b);
    }
    x.mul_scalar(a).add(y.mul_scalar(b))
}
