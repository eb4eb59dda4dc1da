//! Devices by name: `flex`, `ndarray`, `wgpu`, `wgpu:1`, `wgpu:cpu`, `auto`.
//!
//! The only place that knows which backends are compiled in. A missing one is an error with its remedy, never a
//! panic.

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use burn::tensor::Device;

use crate::{ErrorKind, Explain};

/// The name of a device, as it is given on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DeviceName {
    /// A GPU through wgpu where there is one, else the fastest CPU backend that is compiled in.
    Auto,
    /// Burn's CPU backend: the default.
    #[default]
    Flex,
    /// The older CPU backend, deprecated in Burn 0.22; kept to compare with.
    NdArray,
    /// A GPU through wgpu (Vulkan, Metal, DirectX).
    Wgpu(Adapter),
}

/// Which of wgpu's adapters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Adapter {
    /// The best one.
    #[default]
    Best,
    /// The `n`-th in the order of `kiln devices`.
    Index(usize),
    /// A software adapter that runs on the CPU (Mesa's lavapipe): for tests without a GPU.
    Cpu,
}

/// Why a device could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeviceError {
    /// No such name.
    #[error("there is no device {name:?}")]
    Unknown {
        /// What was asked for.
        name: String,
    },
    /// The backend is not part of this build.
    #[error("the backend {backend} is not compiled into this program")]
    NotCompiled {
        /// The name of the backend, which is also the name of its Cargo feature.
        backend: &'static str,
    },
    /// The backend finds no adapter.
    #[error("wgpu finds no {wanted} on this machine")]
    NoAdapter {
        /// What was looked for.
        wanted: String,
    },
}

impl Explain for DeviceError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } => {
                "use flex, ndarray, wgpu, wgpu:N, wgpu:cpu or auto; `kiln devices` shows what opens here"
                    .to_owned()
            }
            Self::NotCompiled { backend } => {
                format!("build with `cargo build --release --features {backend}`, or use --device auto")
            }
            Self::NoAdapter { .. } => {
                "install a Vulkan driver (Debian: mesa-vulkan-drivers), or use --device flex".to_owned()
            }
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("device"))
    }
}

impl FromStr for DeviceName {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        Ok(match name {
            "auto" => Self::Auto,
            "flex" | "cpu" => Self::Flex,
            "ndarray" => Self::NdArray,
            "wgpu" | "gpu" => Self::Wgpu(Adapter::Best),
            "wgpu:cpu" => Self::Wgpu(Adapter::Cpu),
            _ => match name.strip_prefix("wgpu:").and_then(|n| n.parse().ok()) {
                Some(n) => Self::Wgpu(Adapter::Index(n)),
                None => return Err(DeviceError::Unknown { name: name.to_owned() }),
            },
        })
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => write!(f, "auto"),
            Self::Flex => write!(f, "flex"),
            Self::NdArray => write!(f, "ndarray"),
            Self::Wgpu(Adapter::Best) => write!(f, "wgpu"),
            Self::Wgpu(Adapter::Index(n)) => write!(f, "wgpu:{n}"),
            Self::Wgpu(Adapter::Cpu) => write!(f, "wgpu:cpu"),
        }
    }
}

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

    /// Whether the device is a CPU backend: its memory is the process's memory.
    pub fn is_cpu(self) -> bool {
        matches!(self, Self::Flex | Self::NdArray)
    }
}

/// One line of `kiln devices`.
#[derive(Debug, Clone)]
pub struct DeviceReport {
    /// The name to give to `--device`.
    pub name: DeviceName,
    /// What it is.
    pub description: String,
    /// `Ok` when it opens, else why not.
    pub state: Result<(), DeviceError>,
}

/// Every device there could be, with what opens and why the others do not.
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
mod wgpu {
    use burn::tensor::{Device, DeviceType};

    use super::{Adapter, DeviceError, DeviceName, DeviceReport};

    /// All adapters; a driver that fails while it is asked counts as none.
    fn adapters() -> Vec<Device> {
        std::panic::catch_unwind(|| Device::enumerate(DeviceType::Wgpu).into_vec()).unwrap_or_default()
    }

    /// Which adapter it is, such as `DiscreteGpu(0)` or `Cpu`. Burn shows it and has no other way to ask.
    fn kind(device: &Device) -> String {
        let shown = format!("{device:?}");
        let kind = shown.split_once("kind: ").and_then(|(_, rest)| rest.split([',', ' ']).next());
        kind.unwrap_or(&shown).to_owned()
    }

    fn is_software(device: &Device) -> bool {
        kind(device) == "Cpu"
    }

    pub(super) fn has_gpu() -> bool {
        adapters().iter().any(|device| !is_software(device))
    }

    pub(super) fn open(adapter: Adapter) -> Result<Device, DeviceError> {
        let mut found = adapters();
        // Hardware before software, so that `wgpu` and `wgpu:0` mean the best one.
        found.sort_by_key(is_software);
        let (device, wanted) = match adapter {
            Adapter::Best => (found.into_iter().next(), "adapter".to_owned()),
            Adapter::Index(n) => (found.into_iter().nth(n), format!("adapter number {n}")),
            Adapter::Cpu => (found.into_iter().find(is_software), "software adapter".to_owned()),
        };
        device.ok_or(DeviceError::NoAdapter { wanted })
    }

    pub(super) fn list() -> Vec<DeviceReport> {
        let mut found = adapters();
        found.sort_by_key(is_software);
        if found.is_empty() {
            return vec![DeviceReport {
                name: DeviceName::Wgpu(Adapter::Best),
                description: "GPU through Vulkan, Metal or DirectX".to_owned(),
                state: Err(DeviceError::NoAdapter { wanted: "adapter".to_owned() }),
            }];
        }
        found
            .iter()
            .enumerate()
            .map(|(n, device)| DeviceReport {
                name: DeviceName::Wgpu(Adapter::Index(n)),
                description: if is_software(device) {
                    "software adapter on the CPU, slow".to_owned()
                } else {
                    format!("GPU, {}", kind(device))
                },
                state: Ok(()),
            })
            .collect()
    }
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

    #[test]
    fn names_survive_a_round_trip() {
        for name in ["auto", "flex", "ndarray", "wgpu", "wgpu:3", "wgpu:cpu"] {
            assert_eq!(name.parse::<DeviceName>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn an_unknown_name_says_what_there_is() {
        let error = "cuda".parse::<DeviceName>().unwrap_err();
        assert_eq!(error.to_string(), "there is no device \"cuda\"");
        assert!(error.help().unwrap().contains("kiln devices"));
        assert!("wgpu:x".parse::<DeviceName>().is_err());
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
