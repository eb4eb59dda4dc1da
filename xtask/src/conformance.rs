//! The tests whose subject runs on a device, on one of the devices that are not the default.
//!
//! They are the test programs called `device` of every crate: operations, models, losses, penalties, optimisers, the loop,
//! and runs of the program. Readers, splits, statistics and the command line do the same whatever the device, so they are
//! in other programs (`suite`) and run once.

use serde_json::Value;

/// The features of a build that has every backend.
pub(crate) const ALL_BACKENDS: &str = "ndarray,wgpu,burn-dataset";

/// Packages whose level is lower already, in the workspace's manifest.
const LOWER: [&str; 3] = ["kiln-cli", "kiln-config", "kiln-experiment"];

/// What cargo is told to build or run, for the packages in the output of `cargo metadata`.
///
/// kiln's own crates and flex are compiled quickly instead of well: on these devices a step's work is done elsewhere, and the
/// optimised crates were tested with the default features.
pub(crate) fn arguments(metadata: &Value, more: &[&str]) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let names = packages.filter_map(|package| package["name"].as_str());
    let names = names.filter(|name| *name != "xtask" && !LOWER.contains(name));
    let mut arguments = vec!["test".to_owned()];
    for name in names.chain(["burn-flex"]) {
        arguments.push("--config".to_owned());
        arguments.push(format!("profile.release.package.{name}.opt-level=1"));
    }
    let rest = ["--release", "--workspace", "--features", ALL_BACKENDS, "--test", "device"];
    arguments.extend(rest.iter().chain(more).map(|word| (*word).to_owned()));
    arguments
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;

    #[test]
    fn every_crate_that_computes_on_a_device_has_such_a_program() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for package in ["core", "data", "kernels", "models", "objective", "optim", "train"] {
            let program = root.join(format!("crates/kiln-{package}/tests/device/main.rs"));
            assert!(program.is_file(), "{}", program.display());
        }
        assert!(root.join("tests/device/main.rs").is_file());
    }

    #[test]
    fn only_these_programs_are_built_and_quickly() {
        let metadata =
            json!({ "packages": [{ "name": "kiln-core" }, { "name": "kiln-cli" }, { "name": "xtask" }] });
        let words = arguments(&metadata, &["--no-run"]).join(" ");
        let config = "--config profile.release.package.kiln-core.opt-level=1 --config profile.release.package.burn-flex.opt-level=1";
        let rest = "--release --workspace --features ndarray,wgpu,burn-dataset --test device --no-run";
        assert_eq!(words, format!("test {config} {rest}"));
    }
}
