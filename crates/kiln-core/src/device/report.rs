//! What is known about a device.

use super::error::DeviceError;
use super::name::DeviceName;

/// One line of `kiln devices`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct DeviceReport {
    /// The name to give to `--device`.
    pub name: DeviceName,
    /// What it is.
    pub description: String,
    /// `Ok` when it opens, else why not.
    pub state: Result<(), DeviceError>,
}
