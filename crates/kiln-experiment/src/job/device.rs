//! The device that a configuration names, and the pool of threads.

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::device::DeviceName;

use crate::error::{ExperimentError, Locate};

/// Checks a configuration and opens its device. Sets the number of threads of the process, where the configuration does
/// and nothing has set it before.
///
/// # Errors
/// A setting that is out of its range, and a device that does not open.
pub fn open_device(resolved: &Resolved) -> Result<Device, ExperimentError> {
    let name: DeviceName = resolved.check()?;
    if let Some(threads) = resolved.config.threads {
        // The pool is one for the process; it can only be set once, and this is the only place that does.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    }
    name.open().map_err(|error| resolved.locate_at("device", error))
}
