//! Why a device cannot be opened.

use std::borrow::Cow;

use crate::{ErrorKind, Explain};

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
    #[error("{backend} finds no {wanted} on this machine")]
    NoAdapter {
        /// `wgpu`, `vulkan` or `metal`.
        backend: &'static str,
        /// What was looked for.
        wanted: String,
    },
    /// A software adapter in a program whose kernels are SPIR-V: drivers of such adapters were seen to crash on them.
    #[error("software adapters cannot be used by a program with the feature vulkan")]
    SoftwareSpirV,
    /// A variable of the environment has a value that ends the backend in a panic.
    #[error("the variable {variable} is {value:?}, not a whole number from 1 to {most}")]
    Variable {
        /// Its name.
        variable: &'static str,
        /// What it is.
        value: String,
        /// The largest value that it may have.
        most: usize,
    },
    /// There is no driver, or one without devices.
    #[error("{backend} finds no driver with a device on this machine")]
    NoDriver {
        /// `cuda` or `rocm`.
        backend: &'static str,
    },
    /// There are devices, but not so many.
    #[error("there is no device {backend}:{number}: {backend} finds {found}")]
    NoSuchNumber {
        /// `cuda` or `rocm`.
        backend: &'static str,
        /// The number that was asked for, from 0.
        number: usize,
        /// How many devices there are.
        found: usize,
    },
    /// A device is there, but a first small operation on it failed.
    #[error("the device {name} does not work: {reason}")]
    Fails {
        /// The device by its full name.
        name: String,
        /// What the backend says.
        reason: String,
    },
}

impl Explain for DeviceError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Usage
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Unknown { .. } => {
                "use flex, ndarray, wgpu, wgpu:N, wgpu:cpu, cuda:N, rocm:N, vulkan:N, metal:N or auto; \
                 `kiln devices` shows what opens here"
                    .to_owned()
            }
            Self::NotCompiled { backend } => {
                format!("build with `cargo build --release --features {backend}`, or use --device auto")
            }
            Self::NoAdapter { .. } => {
                "`kiln devices` shows what opens here; install a Vulkan driver (Debian: mesa-vulkan-drivers), or use --device flex"
                    .to_owned()
            }
            Self::SoftwareSpirV => {
                "use --device flex, or build with `--features wgpu` and without vulkan".to_owned()
            }
            Self::Variable { variable, most, .. } => {
                format!("unset {variable}, make it a number from 1 to {most}, or use --device flex")
            }
            Self::NoDriver { backend: "rocm" } => {
                "install AMD's driver and ROCm (its library libamdhip64), or use --device flex".to_owned()
            }
            Self::NoDriver { .. } => {
                "install NVIDIA's driver (its library libcuda; `nvidia-smi` shows the devices), or use --device flex"
                    .to_owned()
            }
            Self::NoSuchNumber { backend, found, .. } => {
                format!("use a number from 0 to {}: --device {backend}:0", found.saturating_sub(1))
            }
            Self::Fails { name, .. } if name.starts_with("cuda") => {
                "install the CUDA toolkit's library NVRTC (libnvrtc) in a version that the driver knows, or use \
                 --device flex"
                    .to_owned()
            }
            Self::Fails { .. } => "look at the driver's installation, or use --device flex".to_owned(),
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Borrowed("device"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_says_what_to_do() {
        let errors = [
            DeviceError::Unknown { name: "tpu".into() },
            DeviceError::NotCompiled { backend: "cuda" },
            DeviceError::NoAdapter { backend: "vulkan", wanted: "adapter".into() },
            DeviceError::SoftwareSpirV,
            DeviceError::Variable { variable: "CUBECL_WGPU_MAX_TASKS", value: "many".into(), most: 4096 },
            DeviceError::NoDriver { backend: "cuda" },
            DeviceError::NoDriver { backend: "rocm" },
            DeviceError::NoSuchNumber { backend: "cuda", number: 4, found: 2 },
            DeviceError::Fails { name: "cuda:0".into(), reason: "no NVRTC".into() },
            DeviceError::Fails { name: "rocm:0".into(), reason: "no compiler".into() },
        ];
        for error in errors {
            let help = error.help().unwrap();
            assert!(help.contains("use ") || help.contains("--device"), "{error}: {help}");
            assert_eq!(error.key().as_deref(), Some("device"));
        }
        let error = DeviceError::NoSuchNumber { backend: "cuda", number: 4, found: 2 };
        assert_eq!(error.to_string(), "there is no device cuda:4: cuda finds 2");
        assert_eq!(error.help().unwrap(), "use a number from 0 to 1: --device cuda:0");
    }
}
