//! Formulas over elements as data, so that a GPU can have a kernel of each: one launch for all parameters of a model.

pub(crate) mod program;

use burn::tensor::Tensor;

pub use program::{Op, Program, Update};

/// Whether these tensors are ones that [`update`] can take.
pub fn runs_on(tensors: &[&Tensor<1>]) -> bool {
    #[cfg(feature = "wgpu")]
    return tensors.iter().all(|tensor| crate::gpu::has_kernels(*tensor));
    #[cfg(not(feature = "wgpu"))]
    return tensors.is_empty();
}

/// A tensor like `tensor` that nothing else holds, so that it can be replaced in place.
pub fn own(tensor: Tensor<1>) -> Tensor<1> {
    #[cfg(feature = "wgpu")]
    return crate::gpu::own(tensor);
    #[cfg(not(feature = "wgpu"))]
    return tensor;
}

/// Makes all updates, in as few launches as the device takes tensors at once. What holds the weights and kept values then sees the
/// new ones: give tensors that are your [`own`].
pub fn update(updates: Vec<Update>) {
    #[cfg(feature = "wgpu")]
    crate::gpu::update(updates);
    #[cfg(not(feature = "wgpu"))]
    drop(updates);
}
