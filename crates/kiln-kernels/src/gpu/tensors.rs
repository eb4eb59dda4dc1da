//! Between Burn's tensors and the buffers of kernels.

use burn::backend::wgpu::CubeTensor;
use burn::backend::{
    BackendTensor, DispatchAutodiffContext, DispatchDevice, DispatchTensor, DispatchTensorKind,
    TensorMetadata,
};
use burn::tensor::{DType, Device, Shape, Tensor};
use burn_cubecl::kernel::into_contiguous;
use cubecl::prelude::*;

/// Whether the tensor is f32 memory of a GPU.
pub(crate) fn has_kernels<const D: usize>(x: &Tensor<D>) -> bool {
    x.dtype() == DType::F32 && has_kernels_on(&x.device())
}

/// Whether the device is a GPU, with autodiff or without.
pub(crate) fn has_kernels_on(device: &Device) -> bool {
    matches!(device.clone().inner().as_dispatch(), DispatchDevice::Cube(_))
}

/// A tensor without autodiff as CubeCL has it.
pub(super) fn lower<const D: usize>(x: Tensor<D>) -> Option<CubeTensor> {
    match x.into_dispatch().kind {
        DispatchTensorKind::Cube(BackendTensor::Float(tensor)) => Some(tensor),
        _ => None,
    }
}

/// And back.
pub(super) fn lift<const D: usize>(tensor: CubeTensor) -> Tensor<D> {
    Tensor::from_dispatch(DispatchTensor {
        kind: DispatchTensorKind::Cube(BackendTensor::Float(tensor)),
        autodiff: DispatchAutodiffContext::Disabled,
    })
}

/// A tensor that nothing else holds, in row-major order.
pub(crate) fn own<const D: usize>(x: Tensor<D>) -> Tensor<D> {
    let Some(tensor) = lower(x) else { unreachable!("the caller asked has_kernels()") };
    let tensor = into_contiguous(tensor);
    // A copy where somebody else sees the memory.
    lift(if tensor.can_mut() { tensor } else { tensor.copy() })
}

/// Memory like that of `like`, in row-major order, of which every element is going to be written.
pub(super) fn empty<const D: usize>(like: &CubeTensor, dims: [usize; D]) -> CubeTensor {
    let shape = Shape::from(dims);
    let handle = like.client.empty(shape.num_elements() * like.dtype.size());
    CubeTensor::new_contiguous(like.client.clone(), like.device.clone(), shape, handle, like.dtype)
}

/// Memory of the shape of `x`, in row-major order.
pub(super) fn like(x: &CubeTensor, dtype: DType) -> CubeTensor {
    let handle = x.client.empty(elements(x) * dtype.size());
    CubeTensor::new_contiguous(x.client.clone(), x.device.clone(), x.shape(), handle, dtype)
}

/// Units of a kernel that has one for each of `count` elements.
pub(super) fn units(tensor: &CubeTensor, count: usize) -> (CubeCount, CubeDim) {
    let dim = CubeDim::new(&tensor.client, count);
    (cubecl::calculate_cube_count_elemwise(&tensor.client, count, dim), dim)
}

pub(super) fn elements(tensor: &CubeTensor) -> usize {
    tensor.shape().num_elements()
}
