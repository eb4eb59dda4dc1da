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
