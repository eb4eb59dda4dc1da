//! The names of devices.

use std::fmt;
use std::str::FromStr;

use super::error::DeviceError;

/// The name of a device, as it is given on the command line.
///
/// ```
/// use kiln_core::Explain;
/// use kiln_core::device::{Adapter, DeviceName};
///
/// match DeviceName::Wgpu(Adapter::Best).open() {
///     Ok(gpu) => println!("train on {gpu:?}"),
///     // Built without the feature `wgpu`, or there is no adapter.
///     Err(error) => println!("{error}: {}", error.help().unwrap_or_default()),
/// }
/// assert_eq!("wgpu:1".parse(), Ok(DeviceName::Wgpu(Adapter::Index(1))));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum DeviceName {
    /// For the command: the fastest for the model, found by a short probe. For [`DeviceName::open`], which knows no model: the
    /// first of [`candidates`](super::candidates).
    Auto,
    /// Burn's CPU backend: the default of the command.
    #[default]
    Flex,
    /// The older CPU backend, deprecated in Burn 0.22; kept to compare with.
    NdArray,
    /// A GPU through wgpu (Vulkan, Metal, DirectX), with kernels in WGSL.
    Wgpu(Adapter),
    /// The `n`-th NVIDIA GPU through CUDA. The driver is loaded when a device is opened.
    Cuda(usize),
    /// The `n`-th AMD GPU through ROCm. The driver is loaded when a device is opened.
    Rocm(usize),
    /// A GPU through Vulkan, with kernels in SPIR-V.
    Vulkan(Adapter),
    /// A GPU through Metal, with kernels in its own language: on a Mac.
    Metal(Adapter),
}

/// Which of the adapters of wgpu, Vulkan or Metal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Adapter {
    /// The best one.
    #[default]
    Best,
    /// The `n`-th in the order of `kiln devices`.
    Index(usize),
    /// A software adapter that runs on the CPU (Mesa's lavapipe): for tests without a GPU.
    Cpu,
}

impl FromStr for DeviceName {
    type Err = DeviceError;

    fn from_str(name: &str) -> Result<Self, DeviceError> {
        Ok(match name {
            "auto" => Self::Auto,
            "flex" | "cpu" => Self::Flex,
            "ndarray" => Self::NdArray,
            "gpu" => Self::Wgpu(Adapter::Best),
            _ => return numbered(name).ok_or_else(|| DeviceError::Unknown { name: name.to_owned() }),
        })
    }
}

/// A name with the number of a device behind it, or without.
fn numbered(name: &str) -> Option<DeviceName> {
    let (backend, which) = match name.split_once(':') {
        Some((backend, which)) => (backend, Some(which)),
        None => (name, None),
    };
    let adapter = || match which {
        None => Some(Adapter::Best),
        Some("cpu") => Some(Adapter::Cpu),
        Some(n) => n.parse().ok().map(Adapter::Index),
    };
    let number = || which.map_or(Some(0), |n| n.parse().ok());
    match backend {
        "wgpu" => adapter().map(DeviceName::Wgpu),
        "vulkan" => adapter().map(DeviceName::Vulkan),
        "metal" => adapter().map(DeviceName::Metal),
        "cuda" => number().map(DeviceName::Cuda),
        "rocm" => number().map(DeviceName::Rocm),
        _ => None,
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (backend, adapter) = match self {
            Self::Auto => return write!(f, "auto"),
            Self::Flex => return write!(f, "flex"),
            Self::NdArray => return write!(f, "ndarray"),
            Self::Cuda(n) => return write!(f, "cuda:{n}"),
            Self::Rocm(n) => return write!(f, "rocm:{n}"),
            Self::Wgpu(adapter) => ("wgpu", adapter),
            Self::Vulkan(adapter) => ("vulkan", adapter),
            Self::Metal(adapter) => ("metal", adapter),
        };
        match adapter {
            Adapter::Best => write!(f, "{backend}"),
            Adapter::Index(n) => write!(f, "{backend}:{n}"),
            Adapter::Cpu => write!(f, "{backend}:cpu"),
        }
    }
}

impl DeviceName {
    /// Whether the device is a CPU backend: its memory is the process's memory.
    pub fn is_cpu(self) -> bool {
        matches!(self, Self::Flex | Self::NdArray)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Explain;

    #[test]
    fn names_survive_a_round_trip() {
        for name in [
            "auto", "flex", "ndarray", "wgpu", "wgpu:3", "wgpu:cpu", "vulkan", "vulkan:1", "metal", "cuda:0",
            "cuda:7", "rocm:1",
        ] {
            assert_eq!(name.parse::<DeviceName>().unwrap().to_string(), name);
        }
        assert_eq!("cuda".parse(), Ok(DeviceName::Cuda(0)));
        assert_eq!("rocm".parse(), Ok(DeviceName::Rocm(0)));
    }

    #[test]
    fn an_unknown_name_says_what_there_is() {
        let error = "tpu".parse::<DeviceName>().unwrap_err();
        assert_eq!(error.to_string(), "there is no device \"tpu\"");
        assert!(error.help().unwrap().contains("kiln devices"));
        for wrong in ["wgpu:x", "cuda:cpu", "cuda:-1", "rocm:", "vulkan:", "flex:0", "cuda:0:1"] {
            assert!(wrong.parse::<DeviceName>().is_err(), "{wrong}");
        }
    }
}
