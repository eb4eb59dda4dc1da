//! Numbers of many tensors in one.

use burn::backend::wgpu::CubeTensor;
use burn::tensor::Tensor;
use cubecl::prelude::*;

use super::tensors::{empty, lift, lower};

/// The numbers in their order, `[N]`, of tensors `[1]` without autodiff: one launch for as many as a device takes buffers.
pub(crate) fn stack(numbers: Vec<Tensor<1>>) -> Tensor<1> {
    let numbers: Vec<CubeTensor> = numbers.into_iter().filter_map(lower).collect();
    let Some(first) = numbers.first() else { unreachable!("the caller asked has_kernels()") };
    let y = empty(first, [numbers.len()]);
    // Two bindings are for the result and the kernel's own parameters.
    let at_once = (y.client.properties().hardware.max_bindings as usize - 2).max(1);
    for (part, numbers) in numbers.chunks(at_once).enumerate() {
        put::launch(
            &y.client,
            CubeCount::Static(1, 1, 1),
            CubeDim::new_1d(1),
            numbers.iter().map(|number| number.clone().into_tensor_arg()).collect(),
            y.clone().into_buffer_arg(),
            (part * at_once) as u32,
            numbers.len(),
        );
    }
    lift(y)
}

#[cube(launch)]
fn put(numbers: &Sequence<OwnedTensor<f32>>, y: &mut [f32], first: u32, #[comptime] count: usize) {
    #[unroll]
    for n in 0..count {
        y[first as usize + n] = numbers.index(n)[0];
    }
}
