//! Where a convolution speaks for an output.

use burn::tensor::Tensor;
use burn::tensor::activation::relu;

use crate::gradient::gradient;

/// Grad-CAM (Selvaraju et al. 2017): the feature maps of a convolution, `[N, channels, height, width]`, weighed by the mean of their
/// gradients, and cut at 0. `trunk` gives the feature maps, `head` the outputs that follow from them. The result is
/// `[N, 1, height, width]`, as coarse as the maps: enlarge it over the image.
///
/// # Panics
/// As [`gradient`].
pub fn grad_cam(
    trunk: impl Fn(Tensor<4>) -> Tensor<4>,
    head: impl Fn(Tensor<4>) -> Tensor<2>,
    inputs: Tensor<4>,
    targets: &[usize],
) -> Tensor<4> {
    let maps = trunk(inputs);
    let weights = gradient(head, maps.clone(), targets).mean_dim(3).mean_dim(2);
    relu((maps.inner() * weights).sum_dim(1))
}
