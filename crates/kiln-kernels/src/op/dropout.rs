//! Dropout with a mask that is a function of the seed.

use burn::tensor::{Tensor, TensorData};
use kiln_core::Seed;
use kiln_core::device::counts::sent;

use crate::cpu::Mask;

/// Inverted dropout: each element is set to zero with `probability` in `[0, 1)`, the others are divided by
/// `1 - probability`, so that the expected value stays (Srivastava et al., Dropout, 2014).
///
/// The mask is a function of the seed alone: element `i` of the tensor, in row-major order, is dropped when the `i`-th 32
/// random bits are below `probability · 2³²`. It is the same on every backend and for any number of threads, and Burn's
/// own generator is never touched.
pub fn dropout<const D: usize>(x: Tensor<D>, probability: f64, seed: Seed) -> Tensor<D> {
    let mask = Mask::new(probability, seed);
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) {
        return Tensor::from_dispatch(crate::autodiff::dropout(x, mask));
    }
    #[cfg(feature = "wgpu")]
    if crate::gpu::has_kernels(&x) {
        return Tensor::from_dispatch(crate::gpu::dropout(x, mask));
    }
    let mut factors = vec![0.0; x.shape().num_elements()];
    for (pair, factors) in factors.chunks_mut(2).enumerate() {
        factors.copy_from_slice(&mask.pair(pair as u64)[..factors.len()]);
    }
    let factors = TensorData::new(factors, x.shape());
    let factors = Tensor::from_data(sent(factors), (&x.device(), x.dtype()));
    x * factors
}
