//! Devices by name: `flex`, `ndarray`, `wgpu`, `wgpu:1`, `wgpu:cpu`, `cuda:0`, `rocm:0`, `vulkan`, `metal`, `auto`.
//!
//! The only place that knows which backends are compiled in. A missing one is an error with its remedy, never a
//! panic.

mod backends;
pub mod counts;
#[cfg(any(feature = "cuda", feature = "rocm"))]
mod driver;
mod error;
#[cfg(feature = "autotune")]
mod kept;
mod name;
mod report;
#[cfg(feature = "wgpu")]
mod variable;
#[cfg(feature = "wgpu")]
mod wgpu;

use burn::tensor::Device;

use backends::{Cuda, Metal, Rocm, Vulkan, Wgpu};
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
            Self::Auto => match candidates().first() {
                Some(first) => first.open(),
                None => Err(DeviceError::NotCompiled { backend: "flex" }),
            },
            Self::Flex => open_flex(),
            Self::NdArray => open_ndarray(),
            Self::Wgpu(adapter) => Wgpu::open(adapter),
            Self::Cuda(number) => Cuda::open(number),
            Self::Rocm(number) => Rocm::open(number),
            Self::Vulkan(adapter) => Vulkan::open(adapter),
            Self::Metal(adapter) => Metal::open(adapter),
        }
    }
}

/// The devices that `auto` is about: the first GPU of each backend that is compiled in and finds one, then the CPU. Software adapters are
/// slower than any CPU backend and never among them.
pub fn candidates() -> Vec<DeviceName> {
    let cpu = [DeviceName::Flex, DeviceName::NdArray].into_iter().find(|name| name.open().is_ok());
    gpus().into_iter().chain(cpu).collect()
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
    reports.extend(Wgpu::list());
    reports.extend(Cuda::list());
    reports.extend(Rocm::list());
    reports.extend(Vulkan::list());
    if cfg!(target_os = "macos") {
        reports.extend(Metal::list());
    }
    reports
}

/// The first GPU of each backend. Metal, Vulkan and wgpu lead to the same ones.
fn gpus() -> Vec<DeviceName> {
    let graphics = Metal::gpu().or_else(Vulkan::gpu).or_else(Wgpu::gpu);
    [Cuda::gpu(), Rocm::gpu(), graphics].into_iter().flatten().collect()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Explain;

    #[test]
    fn candidates_open_and_are_no_software_adapters() {
        let found = candidates();
        for name in &found {
            name.open().unwrap();
        }
        let cpus = found.iter().filter(|name| name.is_cpu()).count();
        assert!(cpus <= 1 && found.last().is_none_or(|last| last.is_cpu() || cpus == 0), "{found:?}");
        let software = |name: &DeviceName| {
            let reports = list();
            let first = name.to_string() + ":0";
            let same = |report: &&DeviceReport| report.name == *name || report.name.to_string() == first;
            reports.iter().find(same).is_some_and(|report| report.description.contains("software"))
        };
        assert!(!found.iter().any(software), "{found:?}");
        assert_eq!(DeviceName::Auto.open().ok(), found.first().and_then(|first| first.open().ok()));
    }

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
