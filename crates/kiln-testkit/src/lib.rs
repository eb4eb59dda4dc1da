//! Support for the tests of every crate: the device under test, gradient checks, golden files, comparisons, laws.
//!
//! The device is chosen by the environment variable `KILN_TEST_DEVICE` (`flex` by default), so that one test suite
//! runs on every backend.

mod close;
mod golden;
mod gradient;
mod loss;
mod optimizer;
mod penalty;
mod registry;
mod schedule;

pub use close::assert_close;
pub use golden::golden;
pub use gradient::{gradient_check, gradients_by_path};
pub use loss::{LossBatch, LossLaws, check_loss};
pub use optimizer::check_optimizer;
pub use penalty::{PenaltyLaws, check_penalty};
pub use registry::check_kinds;
pub use schedule::{ScheduleLaws, check_schedule};

use burn::tensor::{DType, Device};
use kiln_core::device::DeviceName;

/// The device under test, without autodiff.
///
/// # Panics
/// When `KILN_TEST_DEVICE` names a device that does not open.
pub fn device() -> Device {
    match device_name().open() {
        Ok(device) => device,
        Err(error) => unreachable!("KILN_TEST_DEVICE: {error}"),
    }
}

/// Whether the device under test computes in this precision.
///
/// Not what Burn says: its wgpu claims f64 where the driver has it, and the results are wrong.
pub fn computes_in(dtype: DType) -> bool {
    dtype == DType::F32 || (device_name().is_cpu() && device().supports_dtype(dtype))
}

/// The name of the device under test.
///
/// # Panics
/// When `KILN_TEST_DEVICE` is not the name of a device.
pub fn device_name() -> DeviceName {
    let name = std::env::var("KILN_TEST_DEVICE").unwrap_or_else(|_| "flex".to_owned());
    match name.parse() {
        Ok(name) => name,
        Err(error) => unreachable!("KILN_TEST_DEVICE: {error}"),
    }
}

/// Which of these cases a test goes through on the device under test: all of them on a CPU, the first two on a GPU.
///
/// Without hardware a GPU is a program that takes a millisecond for each operation. What differs there is what an operation
/// computes, and two cases show that; whether the program is right in every case is shown on a CPU.
pub fn few<T>(all: &[T]) -> &[T] {
    if device_name().is_cpu() { all } else { &all[..all.len().min(2)] }
}

/// How many random cases a test draws on the device under test: `all` on a CPU, a fortieth on a GPU. Why: see [`few`].
pub fn draws(all: u64) -> u64 {
    if device_name().is_cpu() { all } else { all.div_ceil(40) }
}
