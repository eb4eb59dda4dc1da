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
    /// A GPU through wgpu where there is one, else the fastest CPU backend that is compiled in.
    Auto,
    /// Burn's CPU backend: the default of the command.
    #[default]
    Flex,
    /// The older CPU backend, deprecated in Burn 0.22; kept to compare with.
    NdArray,
    /// A GPU through wgpu (Vulkan, Metal, DirectX).
    Wgpu(Adapter),
}

/// Which of wgpu's adapters.
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
}
