//! Numbers where they can be looked at.

use burn::tensor::Tensor;

/// The numbers of a tensor, row-major.
pub(super) fn to_host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor.into_data().iter::<f32>().collect()
}
