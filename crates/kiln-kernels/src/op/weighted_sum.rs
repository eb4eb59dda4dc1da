//! Weighted sums of two tensors.

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
    let [sum] = weighted_sums([(x, a, y, b)]);
    sum
}

/// [`weighted_sum`] of each `(x, a, y, b)`: all in one launch on a GPU.
///
/// # Panics
/// When the shapes of an `x` and its `y` differ.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::weighted_sums;
///
/// let ones = || Tensor::<1>::ones([1], &Device::default());
/// let [mean, variance] = weighted_sums([(ones(), 0.5, ones(), 1.0), (ones(), 3.0, ones(), -1.0)]);
/// assert_eq!((mean.into_scalar::<f32>(), variance.into_scalar::<f32>()), (1.5, 2.0));
/// ```
pub fn weighted_sums<const D: usize, const N: usize>(
    sums: [(Tensor<D>, f64, Tensor<D>, f64); N],
) -> [Tensor<D>; N] {
    for (x, _, y, _) in &sums {
        assert_eq!(x.dims(), y.dims(), "weighted_sum: x and y must have the same shape");
    }
    #[cfg(feature = "wgpu")]
    if sums.iter().flat_map(|sum| [&sum.0, &sum.2]).all(|x| crate::gpu::has_kernels(x) && !x.is_autodiff()) {
        return crate::gpu::weighted_sums(sums);
    }
    sums.map(|(x, a, y, b)| x.mul_scalar(a).add(y.mul_scalar(b)))
}
