//! The device that a configuration names, and the pool of threads.

use std::error::Error;
use std::num::NonZero;
use std::thread;

use burn::tensor::Device;
use kiln_config::Resolved;
use kiln_core::device::DeviceName;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::error::{ExperimentError, Locate};

/// Checks a configuration and opens its device. Sets the number of threads of the process, where the configuration does
/// and nothing has set it before.
///
/// # Errors
/// A setting that is out of its range, a device that does not open, and [`ExperimentError::Threads`].
pub fn open_device(resolved: &Resolved) -> Result<Device, ExperimentError> {
    let name: DeviceName = resolved.check()?;
    start_threads(resolved.config.threads)?;
    name.open().map_err(|error| resolved.locate_at("device", error))
}

/// Starts the pool of the process, which is one and is started once. Where nobody does, it is started by whatever computes
/// first, which panics when the system gives no threads.
fn start_threads(wanted: Option<usize>) -> Result<(), ExperimentError> {
    match ThreadPoolBuilder::new().num_threads(wanted.unwrap_or(0)).build_global() {
        // Without a cause it says that the pool is there already.
        Err(error) if error.source().is_some() => {
            let cores = || thread::available_parallelism().map_or(1, NonZero::get);
            let threads = wanted.unwrap_or_else(cores);
            Err(ExperimentError::Threads { threads, reason: error.to_string() })
        }
        _ => Ok(()),
    }
}

/// A pool of its own.
///
/// # Errors
/// [`ExperimentError::Threads`].
pub(crate) fn new_pool(threads: usize) -> Result<ThreadPool, ExperimentError> {
    let pool = ThreadPoolBuilder::new().num_threads(threads).build();
    pool.map_err(|error| ExperimentError::Threads { threads, reason: error.to_string() })
}
