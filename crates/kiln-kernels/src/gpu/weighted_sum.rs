//! Weighted sums of two tensors, several in one launch.

use burn::backend::wgpu::CubeTensor;
use burn::tensor::Tensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, lift, like, lower, units};

/// `a · x + b · y` for each `(x, a, y, b)`, of tensors without autodiff.
pub(crate) fn weighted_sums<const D: usize, const N: usize>(
    sums: [(Tensor<D>, f64, Tensor<D>, f64); N],
) -> [Tensor<D>; N] {
    let factors = sums.iter().flat_map(|sum| [sum.1 as f32, sum.3 as f32]).collect();
    let tensors = sums.into_iter().flat_map(|(x, _, y, _)| [lower(x), lower(y)]);
    let tensors: Vec<CubeTensor> = tensors.flatten().map(into_contiguous).collect();
    let found: [CubeTensor; N] = std::array::from_fn(|n| like(&tensors[2 * n], tensors[2 * n].dtype));
    let longest = found.iter().map(elements).max().unwrap_or(0);
    if let Some(first) = found.first().filter(|_| longest > 0) {
        let (cubes, dim) = units(first, longest);
        add::launch(
            &first.client,
            cubes,
            dim,
            tensors.into_iter().map(CubeTensor::into_tensor_arg).collect(),
            factors,
            found.iter().map(|sum| sum.clone().into_tensor_arg()).collect(),
            N,
        );
    }
    found.map(lift)
}

/// Unit `i` does element `i` of every sum that has one.
#[cube(launch)]
fn add(
    tensors: &Sequence<OwnedTensor<f32>>,
    factors: &Sequence<f32>,
    sums: &mut Sequence<OwnedTensor<f32>>,
    #[comptime] count: usize,
) {
    let i = ABSOLUTE_POS;
    #[unroll]
    for n in 0..count {
        if i < sums.index(n).len() {
            let first = tensors.index(comptime!(2 * n))[i] * factors[comptime!(2 * n)];
            let second = tensors.index(comptime!(2 * n + 1))[i] * factors[comptime!(2 * n + 1)];
            sums.index_mut(n)[i] = first + second;
        }
    }
}
