//! From images to rows.

use burn::tensor::Tensor;

/// The elements of each image as one row, channel by channel, line by line: PyTorch's `flatten(x, 1)`.
///
/// `x` is `[N, C, H, W]`; gives `[N, C · H · W]`.
pub fn flatten(x: Tensor<4>) -> Tensor<2> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::flatten(x));
    }
    x.flatten(1, 3)
}
