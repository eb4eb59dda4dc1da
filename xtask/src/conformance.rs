//! The tests whose subject runs on a device, on one of the devices that are not the default.
//!
//! They are the test programs called `device` of every crate: operations, models, losses, penalties, optimisers, the loop,
//! and runs of the program. Readers, splits, statistics and the command line do the same whatever the device, so they are
//! in other programs (`suite`) and run once.

use serde_json::Value;

/// The features of a build that has every backend.
pub(crate) const ALL_BACKENDS: &str =
    "ndarray,wgpu,burn-dataset,mlflow,numpy,parquet,postgres,pytorch,serve,tokenizers,tui,xlsx";
/// The programs that test what else is behind features: formats, the database, the server, pieces of words, the view.
const FEATURES: [&str; 12] = [
    "--test",
    "formats",
    "--test",
    "malformed",
    "--test",
    "postgres",
    "--test",
    "serve",
    "--test",
    "tokenizers",
    "--test",
    "tui",
];
/// The device that they are tested beside.
const FEATURES_BESIDE: &str = "ndarray";

/// How well other crates are compiled where that is not as in the workspace's manifest: together these were three quarters of the
/// build. Flex and kiln's kernels for it do nothing on these devices. What dispatches operations and writes and starts kernels
/// takes a small share of a step at any level; the work is in ndarray's loops, and in what the driver makes of a kernel. What reads
/// formats of tables reads a few rows, and what cuts words into pieces a few texts.
const LEVELS: [(&str, u8); 39] = [
    ("arrow-array", 0),
    ("arrow-buffer", 0),
    ("arrow-cmp", 0),
    ("arrow-data", 0),
    ("arrow-ipc", 0),
    ("arrow-schema", 0),
    ("arrow-select", 0),
    ("ash", 0),
    ("burn-cubecl", 0),
    ("burn-dispatch", 0),
    ("burn-flex", 0),
    ("calamine", 0),
    ("chrono", 0),
    ("cubecl", 0),
    ("cubecl-core", 1),
    ("cubecl-ir", 1),
    ("cubecl-runtime", 1),
    ("cubecl-server", 1),
    ("cubecl-std", 0),
    ("cubecl-wgpu", 1),
    ("cubek-attention", 0),
    ("cubek-convolution", 0),
    ("cubek-interpolate", 0),
    ("cubek-matmul", 0),
    ("cubek-pool", 0),
    ("cubek-quant", 0),
    ("cubek-reduce", 0),
    ("cubek-tile", 0),
    ("fancy-regex", 0),
    ("kiln-kernels", 0),
    ("parquet", 0),
    ("pest", 0),
    ("pliron", 0),
    ("quick-xml", 0),
    ("tokenizers", 0),
    ("wgpu-core", 1),
    ("wgpu-hal", 1),
    ("zip", 0),
    ("zstd-sys", 0),
];

/// Packages whose level is lower already, in the workspace's manifest.
const LOWER: [&str; 5] = ["kiln", "kiln-cli", "kiln-config", "kiln-experiment", "kiln-terminal"];

/// What cargo is told to build or run, for the packages in the output of `cargo metadata`.
///
/// kiln's own crates are compiled quickly instead of well, too: on these devices a step's work is done elsewhere, and the optimised
/// crates were tested with the default features.
pub(crate) fn arguments(metadata: &Value, device: Option<&str>) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let names = packages.filter_map(|package| package["name"].as_str());
    let skipped =
        |name: &str| name == "xtask" || LOWER.contains(&name) || LEVELS.iter().any(|(of, _)| *of == name);
    let own = names.filter(|name| !skipped(name)).map(|name| (name, 1));
    let mut arguments = vec!["test".to_owned()];
    for (name, level) in own.chain(LEVELS) {
        arguments.push("--config".to_owned());
        arguments.push(format!("profile.release.package.{name}.opt-level={level}"));
    }
    let rest = ["--release", "--workspace", "--features", ALL_BACKENDS, "--test", "device"];
    let features = device.is_none_or(|device| device == FEATURES_BESIDE).then_some(FEATURES);
    let only_built = device.is_none().then_some("--no-run");
    let rest = rest.iter().chain(features.iter().flatten()).chain(&only_built);
    arguments.extend(rest.map(|word| (*word).to_owned()));
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
        let names = ["kiln-core", "kiln-cli", "kiln-kernels", "xtask"].map(|name| json!({ "name": name }));
        let packages = json!({ "packages": names });
        let words = arguments(&packages, None).join(" ");
        let level = |name: &str, level| format!("--config profile.release.package.{name}.opt-level={level} ");
        assert!(
            words.starts_with(&format!("test {}{}", level("kiln-core", 1), level("arrow-array", 0))),
            "{words}"
        );
        let rest =
            format!("{}--release --workspace --features {ALL_BACKENDS} --test device", level("zstd-sys", 0));
        let features = FEATURES.join(" ");
        assert!(words.ends_with(&format!("{rest} {features} --no-run")), "{words}");
        // Once is enough.
        let of = |device| arguments(&packages, Some(device)).join(" ");
        assert!(of("ndarray").ends_with(&format!("{rest} {features}")), "{}", of("ndarray"));
        assert!(of("wgpu:cpu").ends_with(&rest), "{}", of("wgpu:cpu"));
        // One level for each, and none where the manifest has a lower one.
        assert_eq!(words.matches("kiln-kernels").count(), 1, "{words}");
        assert!(!words.contains("kiln-cli") && !words.contains("xtask"), "{words}");
    }
}
