//! Where a branch comes back to its trunk.

use burn::tensor::Tensor;
use kiln_core::Seed;

/// `x + dropout(branch)`, as [`dropout`](crate::dropout) does it, with the same mask; without a seed or with a probability of 0 it is the sum.
///
/// # Panics
/// When the shapes differ, or the tensors are on different devices.
///
/// ```
/// use burn::tensor::{Device, Tensor};
/// use kiln_core::Seed;
/// use kiln_kernels::{dropout, residual};
///
/// let device = Device::default();
/// let (x, branch) = (Tensor::<2>::ones([2, 3], &device), Tensor::<2>::full([2, 3], 2.0, &device));
/// let together = residual(x.clone(), branch.clone(), 0.5, Some(Seed::new(0)));
/// assert_eq!(together.into_data(), (x + dropout(branch, 0.5, Seed::new(0))).into_data());
/// ```
pub fn residual<const D: usize>(
    x: Tensor<D>,
    branch: Tensor<D>,
    probability: f64,
    seed: Option<Seed>,
) -> Tensor<D> {
    assert_eq!(x.dims(), branch.dims(), "residual: the branch must have the shape of the trunk");
    let seed = seed.filter(|_| probability > 0.0);
    #[cfg(feature = "flex")]
    if super::has_kernels(&x) && super::has_kernels(&branch) {
        let mask = seed.map(|seed| crate::cpu::Mask::new(probability, seed));
        return Tensor::from_dispatch(crate::autodiff::residual(x, branch, mask));
    }
    match seed {
        Some(seed) => x + super::dropout(branch, probability, seed),
        None => x + branch,
    }
}
