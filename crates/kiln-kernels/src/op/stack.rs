//! Single numbers in a row.

use burn::tensor::Tensor;

/// Tensors `[1]` one after the other, `[N]`, as `Tensor::cat` gives them; on a GPU in one launch instead of one for each. They are without
/// autodiff.
///
/// # Panics
/// When there is none.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::stack;
///
/// let device = Device::default();
/// let losses = [2.5f32, 1.0, 0.5].map(|loss| Tensor::<1>::from_floats([loss], &device));
/// assert_eq!(stack(losses.into()).into_data(), [2.5f32, 1.0, 0.5].into());
/// ```
pub fn stack(numbers: Vec<Tensor<1>>) -> Tensor<1> {
    #[cfg(feature = "wgpu")]
    if !numbers.is_empty()
        && numbers.iter().all(|x| crate::gpu::has_kernels(x) && !x.is_autodiff() && x.dims() == [1])
    {
        return crate::gpu::stack(numbers);
    }
    Tensor::cat(numbers, 0)
}
