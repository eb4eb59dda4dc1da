//! What networks do between convolutions.

use burn::tensor::{DType, Tensor, activation};

use crate::Act;
#[cfg(any(feature = "flex", feature = "wgpu"))]
use crate::cpu::Curve;

/// `1 / (1 + e⁻ˣ)` of every element.
pub fn sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::Sigmoid));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::Sigmoid));
    }
    if x.dtype() == DType::F64 {
        // Burn computes the sigmoid of every backend without one of its own in f32.
        return activation::log_sigmoid(x).exp();
    }
    activation::sigmoid(x)
}

/// `min(max(x + 3, 0), 6) / 6` of every element (Howard et al., Searching for MobileNetV3, 2019): PyTorch's `hardsigmoid`.
pub fn hard_sigmoid<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::HardSigmoid));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::HardSigmoid));
    }
    x.add_scalar(3.0).clamp(0.0, 6.0).div_scalar(6.0)
}

/// `x · sigmoid(x)` of every element (Elfwing, Uchibe and Doya, Sigmoid-Weighted Linear Units, 2018), also called swish.
pub fn silu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::Silu));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::Silu));
    }
    x.clone() * sigmoid(x)
}

/// `λ x` where positive, else `λ α (eˣ − 1)`, of every element (Klambauer et al., Self-normalizing neural networks, 2017): PyTorch's `selu`.
pub fn selu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::Selu));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::Selu));
    }
    let [scale, below] = [1.050_700_987_355_480_5, 1.758_099_340_847_376_6];
    let is_above = x.clone().greater_elem(0.0);
    let curved = x.clone().clamp_max(0.0).exp().sub_scalar(1.0).mul_scalar(below);
    curved.mask_where(is_above, x.mul_scalar(scale))
}

/// `x · tanh(ln(1 + eˣ))` of every element (Misra, Mish: a self regularized non-monotonic activation function, 2019): PyTorch's `mish`.
pub fn mish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::Mish));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::Mish));
    }
    // tanh(ln(1 + w)) = w (w + 2) / (w (w + 2) + 2), which is 1 long before eˣ is too large.
    let w = x.clone().clamp_max(20.0).exp();
    let product = w.clone() * w.add_scalar(2.0);
    x * product.clone() / product.add_scalar(2.0)
}

/// `x · min(max(x + 3, 0), 6) / 6` of every element (Howard et al., Searching for MobileNetV3, 2019): PyTorch's `hardswish`.
pub fn hard_swish<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::HardSwish));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::HardSwish));
    }
    x.clone() * hard_sigmoid(x)
}

/// `x · Φ(x)` of every element, `Φ` the distribution function of the normal distribution (Hendrycks and Gimpel, Gaussian Error Linear Units,
/// 2016): PyTorch's `gelu` as it comes, not its approximation by `tanh`.
pub fn gelu<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::curve(x, Curve::Gelu));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::curve(x, Curve::Gelu));
    }
    // Burn's own has the slope of the approximation by `tanh`.
    let below = x.clone().mul_scalar(std::f64::consts::FRAC_1_SQRT_2).erf().add_scalar(1.0).mul_scalar(0.5);
    x * below
}

/// `act(a + b)`: where two branches of a network meet. Both are `[N, C, H, W]`.
///
/// # Panics
/// When the shapes differ, or the tensors are on different devices.
pub fn add(a: Tensor<4>, b: Tensor<4>, act: Act) -> Tensor<4> {
    assert_eq!(a.dims(), b.dims(), "add: the branches must have the same shape");
    #[cfg(feature = "flex")]
    if super::has_kernels(&a) && super::has_kernels(&b) {
        return Tensor::from_dispatch(crate::autodiff::add(a, b, act));
    }
    #[cfg(feature = "wgpu")]
    if act == Act::Relu && crate::gpu::has_kernels(&a) && crate::gpu::has_kernels(&b) {
        return Tensor::from_dispatch(crate::gpu::add_relu(a, b));
    }
    act.apply(a + b)
}

/// `x · gates`, one gate for each channel of each image, as squeeze-and-excitation scales channels (Hu, Shen and Sun, 2018).
///
/// - `x`: `[N, C, H, W]`
/// - `gates`: `[N, C]`
///
/// # Panics
/// When the shapes do not fit, or the tensors are on different devices.
pub fn scale(x: Tensor<4>, gates: Tensor<2>) -> Tensor<4> {
    let [images, channels, ..] = x.dims();
    assert_eq!(
        gates.dims(),
        [images, channels],
        "scale: there must be a gate for each channel of each image"
    );
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&gates) {
        return Tensor::from_dispatch(crate::autodiff::scale(x, gates));
    }
    x * gates.reshape([images, channels, 1, 1])
}
