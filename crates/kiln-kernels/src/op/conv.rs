//! Convolutions of images.

use burn::tensor::ops::ConvOptions;
use burn::tensor::{Tensor, module};

use crate::Act;

/// `act(conv(x, weight) + bias)`: PyTorch's `conv2d` (a cross-correlation) with an activation.
///
/// - `x`: `[N, C, H, W]`
/// - `weight`: `[K, C / groups, R, S]`
/// - `bias`: `[K]`
///
/// Gives `[N, K, H', W']` with `H' = (H + 2 · padding - dilation · (R - 1) - 1) / stride + 1`, and so `W'`.
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn conv2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvOptions<2>,
    act: Act,
) -> Tensor<4> {
    let x = super::in_type_of(x, &weight);
    let bias = bias.map(|bias| super::in_type_of(bias, &weight));
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&weight) && !options.is_asymmetric() {
        let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], &x.device().inner()));
        return Tensor::from_dispatch(crate::autodiff::conv2d(x, weight, bias, options, act));
    }
    #[cfg(feature = "wgpu")]
    if let Some(window) = super::window(&x, &weight, &options) {
        use crate::gpu::{After, conv2d};
        let after = if act == Act::Relu { After::Relu } else { After::Nothing };
        return Tensor::from_dispatch(conv2d(x, weight, bias, window, after));
    }
    act.apply(module::conv2d(x, weight, bias, options))
}

/// `max_pool(relu(conv(x, weight) + bias))` with squares of 2 by 2 pixels, stride 2; a last odd row or column is left
/// out, as in PyTorch. Shapes are those of [`conv2d`], with `H' / 2` and `W' / 2` rounded down.
///
/// One pass, which keeps neither the convolution nor its activation for the backward pass.
///
/// # Panics
/// As [`conv2d`].
pub fn conv2d_relu_pool(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvOptions<2>,
) -> Tensor<4> {
    let x = super::in_type_of(x, &weight);
    let bias = bias.map(|bias| super::in_type_of(bias, &weight));
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&weight) && !options.is_asymmetric() {
        let bias = bias.unwrap_or_else(|| Tensor::zeros([weight.dims()[0]], &x.device().inner()));
        return Tensor::from_dispatch(crate::autodiff::conv2d_relu_pool(x, weight, bias, options));
    }
    #[cfg(feature = "wgpu")]
    if let Some(window) = super::window(&x, &weight, &options).filter(|window| window.pools()) {
        use crate::gpu::{After, conv2d};
        return Tensor::from_dispatch(conv2d(x, weight, bias, window, After::ReluPool));
    }
    super::max_pool2d(conv2d(x, weight, bias, options, Act::Relu), 2)
}
