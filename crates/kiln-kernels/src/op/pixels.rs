//! From bytes to numbers.

use burn::tensor::{Device, Tensor, TensorData};
use kiln_core::device::counts::sent;

/// Whether a device makes numbers of bytes itself: then [`pixels`] sends a quarter of the memory.
pub fn takes_bytes(device: &Device) -> bool {
    #[cfg(feature = "wgpu")]
    return crate::gpu::has_kernels_on(device);
    #[cfg(not(feature = "wgpu"))]
    {
        let _ = device;
        false
    }
}

/// Images of numbers from images of bytes: `tables[channel][byte]` for each, the same f32 on every device.
///
/// - `bytes`: `[N, C, H, W]`, row-major
/// - `dims`: `[N, C, H, W]`
/// - `tables`: one for each channel
///
/// Where a device [takes bytes](takes_bytes), these are sent, and one launch makes numbers of them.
///
/// # Panics
/// When there are more or fewer bytes or tables than `dims` says.
///
/// ```
/// use burn::tensor::Device;
/// use kiln_kernels::pixels;
///
/// let halves: [f32; 256] = std::array::from_fn(|byte| byte as f32 / 2.0);
/// let images = pixels(vec![0, 3, 255, 1], [2, 1, 1, 2], &[halves], &Device::default());
/// assert_eq!(images.into_data(), [[[[0.0f32, 1.5]]], [[[127.5, 0.5]]]].into());
/// ```
pub fn pixels(bytes: Vec<u8>, dims: [usize; 4], tables: &[[f32; 256]], device: &Device) -> Tensor<4> {
    assert_eq!(bytes.len(), dims.iter().product::<usize>(), "pixels: there must be a byte for each pixel");
    assert_eq!(tables.len(), dims[1], "pixels: there must be a table for each channel");
    #[cfg(feature = "wgpu")]
    if takes_bytes(device) {
        kiln_core::device::counts::sent_as_bytes(bytes.len());
        let images = crate::gpu::pixels(bytes, dims, tables, &device.clone().inner());
        return match device.gradient_checkpointing_strategy() {
            Some(strategy) => images.autodiff().with_gradient_checkpointing_strategy(strategy),
            None => images,
        };
    }
    let plane = (dims[2] * dims[3]).max(1);
    let mut numbers = Vec::with_capacity(bytes.len());
    for (plane, table) in bytes.chunks_exact(plane).zip(tables.iter().cycle()) {
        numbers.extend(plane.iter().map(|&byte| table[usize::from(byte)]));
    }
    Tensor::from_data(sent(TensorData::new(numbers, dims)), device)
}
