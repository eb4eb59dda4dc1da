//! The mean.

use burn::tensor::Tensor;

/// The mean of all elements, `[1]`: one launch on a GPU where there are few, such as the losses of a batch.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::mean;
///
/// let x = Tensor::<1>::from_floats([1.0, 2.0, 6.0], &Device::default());
/// assert_eq!(mean(x).into_data(), [3.0f32].into());
/// ```
pub fn mean<const D: usize>(x: Tensor<D>) -> Tensor<1> {
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) && (1..=crate::gpu::MOST_NUMBERS).contains(&x.shape().num_elements()) {
        return Tensor::from_dispatch(crate::gpu::mean(x));
    }
    x.mean()
}
