//! Pooling of images.

use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, module};

/// The largest value of each square of `size` by `size` pixels, side by side (stride `size`); what is left over at the
/// end of a row or column is left out. Of equal values the first one gets the gradient, and NaN is larger than any.
///
/// `x` is `[N, C, H, W]`; gives `[N, C, H / size, W / size]`, rounded down.
///
/// # Panics
/// When `size` is 0.
pub fn max_pool2d(x: Tensor<4>, size: usize) -> Tensor<4> {
    #[cfg(feature = "wgpu")]
    if size > 0 && crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::max_pool2d(x, [size; 2]));
    }
    max_pool2d_windows(x, MaxPoolOptions::new([size; 2]))
}

/// The largest value of each window: [`max_pool2d`] where windows overlap, lie apart, or begin outside of the image. Pixels outside are never the
/// largest.
///
/// `x` is `[N, C, H, W]`; gives `[N, C, H', W']` with `H' = (H + 2 · padding - dilation · (size - 1) - 1) / stride + 1`, rounded as the options
/// say, and so `W'`.
///
/// # Panics
/// When a window is larger than the image with its padding.
pub fn max_pool2d_windows(x: Tensor<4>, options: MaxPoolOptions<2>) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x)
        && let Some(windows) = crate::flex::Windows::new(&options)
    {
        return Tensor::from_dispatch(crate::autodiff::max_pool2d(x, windows));
    }
    module::max_pool2d(x, options)
}

/// The mean of each square of `size` by `size` pixels, side by side (stride `size`); what is left over at the end of a
/// row or column is left out.
///
/// `x` is `[N, C, H, W]`; gives `[N, C, H / size, W / size]`, rounded down.
///
/// # Panics
/// When `size` is 0.
pub fn avg_pool2d(x: Tensor<4>, size: usize) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::avg_pool2d(x, size));
    }
    module::avg_pool2d(x, AvgPoolOptions::new([size, size]))
}

/// The mean of each channel over all pixels (Lin, Chen and Yan, Network In Network, 2014); NaN if there are none.
///
/// `x` is `[N, C, H, W]`; gives `[N, C]`.
pub fn global_avg_pool2d(x: Tensor<4>) -> Tensor<2> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::global_avg_pool2d(x));
    }
    x.flatten::<3>(2, 3).mean_dim(2).flatten(1, 2)
}

/// The largest value of each channel over all pixels. Of equal values the first one gets the gradient, and NaN is larger
/// than any.
///
/// `x` is `[N, C, H, W]`; gives `[N, C]`.
///
/// # Panics
/// When there are no pixels.
pub fn global_max_pool2d(x: Tensor<4>) -> Tensor<2> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::global_max_pool2d(x));
    }
    let [_, _, height, width] = x.dims();
    #[cfg(feature = "wgpu")]
    if height * width > 0 && crate::gpu::has_kernels(&x) {
        let pooled: Tensor<4> = Tensor::from_dispatch(crate::gpu::max_pool2d(x, [height, width]));
        return pooled.flatten::<3>(2, 3).flatten(1, 2);
    }
    module::max_pool2d(x, MaxPoolOptions::new([height, width])).flatten::<3>(2, 3).flatten(1, 2)
}
