//! Pooling of images.

use burn::tensor::ops::MaxPoolOptions;
use burn::tensor::{Tensor, module};

/// The largest value of each square of `size` by `size` pixels, side by side (stride `size`); what is left over at the
/// end of a row or column is left out. Of equal values the first one gets the gradient, and NaN is larger than any.
///
/// `x` is `[N, C, H, W]`; gives `[N, C, H / size, W / size]`, rounded down.
///
/// # Panics
/// When `size` is 0.
pub fn max_pool2d(x: Tensor<4>, size: usize) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::max_pool2d(x, size));
    }
    module::max_pool2d(x, MaxPoolOptions::new([size, size]))
}
