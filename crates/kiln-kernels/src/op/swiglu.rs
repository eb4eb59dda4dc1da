//! A gated activation.

use burn::tensor::Tensor;

use super::silu;

/// `silu(a) · b` of rows `[a, b]` (Shazeer: GLU variants improve transformer, 2020).
///
/// `x` is `[N, 2 · C]`; gives `[N, C]`.
///
/// # Panics
/// When the number of columns is odd.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_kernels::swiglu;
///
/// let y: f32 = swiglu(Tensor::<2>::from_floats([[1.0, 3.0]], &Device::default())).into_scalar();
/// assert!((y - 3.0 / (1.0 + (-1f32).exp())).abs() < 1e-6);
/// ```
pub fn swiglu(x: Tensor<2>) -> Tensor<2> {
    let columns = x.dims()[1];
    assert!(columns.is_multiple_of(2), "swiglu: {columns} columns have no halves");
    let half = columns / 2;
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && half > 0 {
        return Tensor::from_dispatch(crate::autodiff::swiglu(x));
    }
    silu(x.clone().narrow(1, 0, half)).mul(x.narrow(1, half, half))
}
