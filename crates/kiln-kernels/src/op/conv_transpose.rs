//! Transposed convolutions.

use burn::tensor::ops::{ConvOptions, ConvTransposeOptions};
use burn::tensor::{Tensor, module};

use crate::Act;

/// `act(conv_transpose(x, weight) + bias)`: PyTorch's `conv_transpose2d` with an activation.
///
/// - `x`: `[N, C, H, W]`
/// - `weight`: `[C, K / groups, R, S]`
/// - `bias`: `[K]`
///
/// Gives `[N, K, H', W']` with `H' = (H - 1) · stride - 2 · padding + dilation · (R - 1) + padding_out + 1`, and so `W'`.
///
/// ```
/// use burn::tensor::{Device, Tensor, ops::ConvTransposeOptions};
/// use kiln_kernels::{Act, conv_transpose2d};
///
/// let device = Device::default();
/// let (x, weight) = (Tensor::<4>::ones([1, 1, 2, 2], &device), Tensor::<4>::ones([1, 3, 2, 2], &device));
/// // Twice the size: a stride of 2, no padding.
/// let options = ConvTransposeOptions::new([2, 2], [0, 0], [0, 0], [1, 1], 1);
/// assert_eq!(conv_transpose2d(x, weight, None, options, Act::None).dims(), [1, 3, 4, 4]);
/// ```
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn conv_transpose2d(
    x: Tensor<4>,
    weight: Tensor<4>,
    bias: Option<Tensor<1>>,
    options: ConvTransposeOptions<2>,
    act: Act,
) -> Tensor<4> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x)
        && super::has_kernels(&weight)
        && is_transposed(x.dims(), weight.dims(), &options)
    {
        let channels = weight.dims()[1] * options.groups;
        let bias = bias.unwrap_or_else(|| Tensor::zeros([channels], &x.device().inner()));
        return Tensor::from_dispatch(crate::autodiff::conv_transpose2d(x, weight, bias, options, act));
    }
    act.apply(module::conv_transpose2d(x, weight, bias, options))
}

/// Whether this is the input gradient of a convolution; if not, it is left to Burn.
#[cfg(feature = "flex")]
fn is_transposed(
    [_, channels, h, w]: [usize; 4],
    [weight_channels, out, r, s]: [usize; 4],
    options: &ConvTransposeOptions<2>,
) -> bool {
    let axis = |axis: usize, len: usize, kernel: usize| {
        let reach = (kernel.max(1) - 1) * options.dilation[axis];
        // Zeros added at the far end must not make room for one more window.
        options.padding_out[axis] < options.stride[axis]
            && len > 0
            && (len - 1) * options.stride[axis] + reach + options.padding_out[axis]
                >= 2 * options.padding[axis]
    };
    channels == weight_channels
        && out > 0
        && channels.is_multiple_of(options.groups.max(1))
        && axis(0, h, r)
        && axis(1, w, s)
}

/// [`conv_transpose2d`] along one axis: PyTorch's `conv_transpose1d`. `x`: `[N, C, L]`, `weight`: `[C, K / groups, R]`, `bias`: `[K]`.
///
/// # Panics
/// As [`conv_transpose2d`].
pub fn conv_transpose1d(
    x: Tensor<3>,
    weight: Tensor<3>,
    bias: Option<Tensor<1>>,
    options: ConvTransposeOptions<1>,
    act: Act,
) -> Tensor<3> {
    let ConvTransposeOptions { stride, padding, padding_out, dilation, groups } = options;
    let options = ConvTransposeOptions::new(
        [1, stride[0]],
        [0, padding[0]],
        [0, padding_out[0]],
        [1, dilation[0]],
        groups,
    );
    conv_transpose2d(x.unsqueeze_dim(2), weight.unsqueeze_dim(2), bias, options, act).squeeze_dim(2)
}

/// [`conv2d`](crate::conv2d) along one axis: PyTorch's `conv1d` with an activation. `x`: `[N, C, L]`, `weight`: `[K, C / groups, R]`,
/// `bias`: `[K]`; gives `[N, K, L']`.
///
/// # Panics
/// As [`conv2d`](crate::conv2d).
pub fn conv1d(
    x: Tensor<3>,
    weight: Tensor<3>,
    bias: Option<Tensor<1>>,
    options: ConvOptions<1>,
    act: Act,
) -> Tensor<3> {
    if options.is_asymmetric() {
        return act.apply(module::conv1d(x, weight, bias, options));
    }
    let padding = options.padding_begin();
    let options =
        ConvOptions::new([1, options.stride[0]], [0, padding[0]], [1, options.dilation[0]], options.groups);
    super::conv2d(x.unsqueeze_dim(2), weight.unsqueeze_dim(2), bias, options, act).squeeze_dim(2)
}
