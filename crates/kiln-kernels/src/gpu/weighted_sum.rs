//! A weighted sum of two tensors.

use burn::backend::wgpu::CubeTensor;
use burn::tensor::Tensor;
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

use super::tensors::{elements, lift, like, lower, units};

/// `a · x + b · y` of tensors of one shape without autodiff.
pub(crate) fn weighted_sum<const D: usize>(x: Tensor<D>, a: f64, y: Tensor<D>, b: f64) -> Tensor<D> {
    let tensors: Vec<CubeTensor> = [lower(x), lower(y)].into_iter().flatten().map(into_contiguous).collect();
    let [x, y] = tensors.as_slice() else { unreachable!("the caller asked has_kernels()") };
    let (sum, count) = (like(x, x.dtype), elements(x));
    if count > 0 {
        let (cubes, dim) = units(x, count);
        let (x, y) = (x.clone().into_buffer_arg(), y.clone().into_buffer_arg());
        add::launch(&sum.client, cubes, dim, x, y, sum.clone().into_buffer_arg(), a as f32, b as f32);
    }
    lift(sum)
}

#[cube(launch)]
fn add(x: &[f32], y: &[f32], sum: &mut [f32], a: f32, b: f32) {
    let i = ABSOLUTE_POS;
    if i < sum.len() {
        sum[i] = a * x[i] + b * y[i];
    }
}
