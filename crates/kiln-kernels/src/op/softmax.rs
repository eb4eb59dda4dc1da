//! Softmax.

use burn::tensor::{Tensor, activation};

/// `e^(scale · xᵢ) / Σ e^(scale · xⱼ)` over the last dimension: PyTorch's `softmax(scale * x, -1)`, as attention has it with
/// `scale = 1 / √d` (Vaswani et al., Attention is all you need, 2017). NaN in a row makes the whole row NaN.
///
/// `x` is `[…, C]`; gives the same shape. On a GPU it is one launch, and one for the gradient.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::softmax;
///
/// let x = Tensor::<2>::from_floats([[0.0, 2.0 * 3f32.ln()]], &Device::default());
/// let shares: Vec<f32> = softmax(x, 0.5).into_data().iter().collect();
/// assert!((shares[0] - 0.25).abs() < 1e-6 && (shares[1] - 0.75).abs() < 1e-6);
/// ```
pub fn softmax<const D: usize>(x: Tensor<D>, scale: f64) -> Tensor<D> {
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) && crate::gpu::fits_rows(&x.dims()) {
        return Tensor::from_dispatch(crate::gpu::softmax(x, scale));
    }
    activation::softmax(if scale == 1.0 { x } else { x.mul_scalar(scale) }, D - 1)
}
