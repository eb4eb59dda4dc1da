//! The backends for GPUs. Each opens and lists its devices, or says that it is not compiled in.

use burn::tensor::Device;

use super::error::DeviceError;
use super::name::{Adapter, DeviceName};
use super::report::DeviceReport;

/// A backend, or its absence.
macro_rules! backend {
    ($feature:literal, $backend:ident, $which:ty, $compiled:path, $first:expr, $what:literal) => {
        #[doc = $what]
        pub(super) struct $backend;

        #[cfg(feature = $feature)]
        impl $backend {
            pub(super) fn open(which: $which) -> Result<Device, DeviceError> {
                $compiled.open(which)
            }

            pub(super) fn list() -> Vec<DeviceReport> {
                $compiled.list()
            }

            /// The first of its GPUs, if that opens.
            pub(super) fn gpu() -> Option<DeviceName> {
                $compiled.gpu()
            }
        }

        #[cfg(not(feature = $feature))]
        impl $backend {
            pub(super) fn open(_: $which) -> Result<Device, DeviceError> {
                Err(DeviceError::NotCompiled { backend: $feature })
            }

            pub(super) fn list() -> Vec<DeviceReport> {
                let state = Err(DeviceError::NotCompiled { backend: $feature });
                vec![DeviceReport { name: $first, description: $what.to_owned(), state }]
            }

            pub(super) fn gpu() -> Option<DeviceName> {
                None
            }
        }
    };
}

backend!(
    "wgpu",
    Wgpu,
    Adapter,
    super::wgpu::ANY,
    DeviceName::Wgpu(Adapter::Best),
    "GPU through Vulkan, Metal or DirectX"
);
backend!("cuda", Cuda, usize, super::driver::CUDA, DeviceName::Cuda(0), "NVIDIA GPU through CUDA");
backend!("rocm", Rocm, usize, super::driver::ROCM, DeviceName::Rocm(0), "AMD GPU through ROCm");
backend!(
    "vulkan",
    Vulkan,
    Adapter,
    super::wgpu::VULKAN,
    DeviceName::Vulkan(Adapter::Best),
    "GPU through Vulkan, kernels in SPIR-V"
);
backend!("metal", Metal, Adapter, super::wgpu::METAL, DeviceName::Metal(Adapter::Best), "GPU through Metal");
