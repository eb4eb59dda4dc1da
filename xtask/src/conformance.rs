//! The tests whose subject runs on a device, on one of the devices that are not the default.
//!
//! They are the test programs called `device` of every crate: operations, models, losses, penalties, optimisers, the loop, and runs of the
//! program. Readers, splits, statistics and the command line do the same whatever the device, so they are in
//! other programs (`suite`) and run once.

/// The features of a build that has every backend.
pub(crate) const ALL_BACKENDS: &str = "ndarray,wgpu,burn-dataset";

/// What cargo is told to build or run.
pub(crate) fn arguments(more: &[&'static str]) -> Vec<&'static str> {
    let test = ["test", "--release", "--workspace", "--features", ALL_BACKENDS, "--test", "device"];
    test.into_iter().chain(more.iter().copied()).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn every_crate_that_computes_on_a_device_has_such_a_program() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for package in ["core", "data", "kernels", "models", "objective", "optim", "train"] {
            let program = root.join(format!("crates/kiln-{package}/tests/device/main.rs"));
            assert!(program.is_file(), "{}", program.display());
        }
        assert!(root.join("tests/device/main.rs").is_file());
        assert!(arguments(&["--no-run"]).ends_with(&["--test", "device", "--no-run"]));
    }
}
