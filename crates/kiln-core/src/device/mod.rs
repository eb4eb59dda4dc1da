//! Devices by name: `flex`, `ndarray`, `wgpu`, `wgpu:1`, `wgpu:cpu`, `auto`.
//!
//! The only place that knows which backends are compiled in. A missing one is an error with its remedy, never a
//! panic.

pub mod counts;
mod error;
mod name;
mod report;
#[cfg(feature = "wgpu")]
mod wgpu;

use burn::tensor::Device;

pub use error::DeviceError;
pub use name::{Adapter, DeviceName};
pub use report::DeviceReport;

impl DeviceName {
    /// Opens the device, without autodiff.
    ///
    /// # Errors
    /// [`DeviceError`] when the backend is not compiled in or finds no adapter.
    pub fn open(self) -> Result<Device, DeviceError> {
        match self {
            Self::Auto => {
                [Self::Wgpu(Adapter::Best), Self::Flex, Self::NdArray]
                    .into_iter()
                    // A software adapter is slower than any CPU backend: not what `auto` promises.
                    .find_map(|name| name.open().ok().filter(|_| name.is_cpu() || has_gpu()))
                    .ok_or(DeviceError::NotCompiled { backend: "flex" })
            }
            Self::Flex => open_flex(),
            Self::NdArray => open_ndarray(),
            Self::Wgpu(adapter) => open_wgpu(adapter),
        }
    }
}

/// Every device that kiln knows: whether it opens here, and if not, why.
pub fn list() -> Vec<DeviceReport> {
    let cpu = |name: DeviceName, description: &str| DeviceReport {
        name,
        description: description.to_owned(),
        state: name.open().map(|_| ()),
    };
    let mut reports = vec![
        cpu(DeviceName::Flex, "CPU, Burn's own backend (default)"),
        cpu(DeviceName::NdArray, "CPU, ndarray (deprecated in Burn, slower; for comparison)"),
    ];
    reports.extend(list_wgpu());
    reports
}

#[cfg(feature = "flex")]
fn open_flex() -> Result<Device, DeviceError> {
    Ok(Device::flex())
}
#[cfg(not(feature = "flex"))]
fn open_flex() -> Result<Device, DeviceError> {
    Err(DeviceError::NotCompiled { backend: "flex" })
}

// Burn 0.22 deprecates burn-ndarray; kiln keeps it as a second opinion until Burn drops it.
#[cfg(feature = "ndarray")]
#[allow(deprecated)]
fn open_ndarray() -> Result<Device, DeviceError> {
    Ok(Device::ndarray())
}
#[cfg(not(feature = "ndarray"))]
fn open_ndarray() -> Result<Device, DeviceError> {
    Err(DeviceError::NotCompiled { backend: "ndarray" })
}

#[cfg(feature = "wgpu")]
use wgpu::{has_gpu, list as list_wgpu, open as open_wgpu};

#[cfg(not(feature = "wgpu"))]
fn has_gpu() -> bool {
    false
}
#[cfg(not(feature = "wgpu"))]
fn open_wgpu(_: Adapter) -> Result<Device, DeviceError> {
    Err(DeviceError::NotCompiled { backend: "wgpu" })
}
#[cfg(not(feature = "wgpu"))]
fn list_wgpu() -> Vec<DeviceReport> {
    vec![DeviceReport {
        name: DeviceName::Wgpu(Adapter::Best),
        description: "GPU through Vulkan, Metal or DirectX".to_owned(),
        state: Err(DeviceError::NotCompiled { backend: "wgpu" }),
    }]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Explain;

    #[test]
    fn every_report_either_opens_or_has_a_remedy() {
        for report in list() {
            match (report.name.open(), report.state) {
                (Ok(_), Ok(())) => {}
                (Err(found), Err(said)) => assert_eq!((found.help().is_some(), &found), (true, &said)),
                (opened, said) => {
                    panic!("{}: listed as {said:?}, opens as {:?}", report.name, opened.is_ok())
                }
            }
        }
    }
}
