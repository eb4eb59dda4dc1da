//! The checks one after another, each timed.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use crate::{api, conformance, edges, features, modules, package, sizes, unused};

/// How far the checks go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Depth {
    /// Only what needs no build of the workspace.
    Fast,
    /// All but the tests.
    NoTests,
    /// Everything.
    All,
}

/// Runs the checks; the error is what to tell the user.
pub(crate) fn run(depth: Depth) -> Result<(), String> {
    let started = Instant::now();
    timed("fmt", formatted)?;
    let metadata = metadata()?;
    timed("crate edges", || none(edges::check(&metadata)))?;
    timed("unused dependencies", || none(unused::check(&metadata)?))?;
    timed("features", || none(features::check(tree)?))?;
    timed("circles of modules", || none(modules::check(&metadata)?))?;
    timed("file sizes", || none(sizes::check(&root()).map_err(|error| error.to_string())?))?;
    if depth > Depth::Fast {
        // All in the release profile, so that one build of the dependencies serves run, test and checks.
        let warnings = ["--", "-D", "warnings"];
        let clippy = ["clippy", "--release", "--workspace", "--all-targets"];
        timed("clippy", || cargo(&[&clippy[..], &warnings].concat(), &[]))?;
        if depth > Depth::NoTests {
            timed("doc", || documented(""))?;
        } else {
            timed("doc", || documented(JSON))?;
            timed("public API", || none(public(&metadata)?))?;
        }
        timed("library alone", || {
            cargo(&[&["clippy", "--release", "--lib"], features::LIBRARY, &warnings].concat(), &[])
        })?;
    }
    if depth > Depth::NoTests {
        timed("test", || cargo(&["test", "--release", "--workspace"], &[]))?;
    }
    eprintln!("xtask: all checks passed in {:.1} s", started.elapsed().as_secs_f64());
    Ok(())
}

/// What makes rustdoc write JSON instead of pages. Its checks are the same.
const JSON: &str = "-Z unstable-options --output-format json";

/// Documents the workspace, without a warning.
fn documented(format: &str) -> Result<(), String> {
    let doc = ["doc", "--release", "--workspace", "--no-deps"];
    let flags = format!("-D warnings {format}");
    let rustdoc = root().join(".ci/rustdoc").display().to_string();
    let variables = [("RUSTDOCFLAGS", flags.trim_end()), ("RUSTDOC", &rustdoc)];
    cargo(&doc, if format.is_empty() { &variables[..1] } else { &variables })
}

/// Lists what is public, from rustdoc's JSON, in `folder`.
fn listed(metadata: &Value, folder: &Path) -> Result<(), String> {
    let target = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target"));
    let documents = api::documents(&package::published(metadata), &target);
    let paths: Vec<String> = [folder]
        .into_iter()
        .chain(documents.iter().map(PathBuf::as_path))
        .map(|path| path.display().to_string())
        .collect();
    let target = target.display().to_string();
    let run = [
        "run",
        "--release",
        "--quiet",
        "--locked",
        "--manifest-path",
        ".ci/api/Cargo.toml",
        "--target-dir",
        &target,
        "--",
    ];
    cargo(&run.into_iter().chain(paths.iter().map(String::as_str)).collect::<Vec<_>>(), &[])
}

/// What is wrong with the lists of what is public.
fn public(metadata: &Value) -> Result<Vec<String>, String> {
    let folder = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target")).join("api");
    listed(metadata, &folder)?;
    let git = |arguments: &[&str]| {
        let output = Command::new("git").args(arguments).current_dir(root()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    };
    let tag = git(&["describe", "--tags", "--abbrev=0", "--match", "v[0-9]*"]);
    let at = |path: &str| git(&["show", &format!("{}:{path}", tag.as_deref()?)]);
    api::check(&package::published(metadata), &folder, &root(), tag.as_deref(), at)
}

/// Lists what is public in the repository.
pub(crate) fn list_api() -> Result<(), String> {
    documented(JSON)?;
    listed(&metadata()?, &root().join(api::FOLDER))
}

/// Prints the circles of all crates.
pub(crate) fn circles() -> Result<(), String> {
    print!("{}", modules::show(&metadata()?)?);
    Ok(())
}

/// Builds the tests of devices, or runs them on one.
pub(crate) fn conformance(device: Option<&str>) -> Result<(), String> {
    let variables = device.map(|device| ("KILN_TEST_DEVICE", device));
    let arguments = conformance::arguments(&metadata()?, device);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match device {
        // What only these backends compile is a few lines, which the other checks do not see.
        None => without_warnings(&arguments),
        Some(_) => cargo(&arguments, variables.as_slice()),
    }
}

/// Makes the packages, looks into them, and compiles them where each finds the others, and nothing of this repository.
pub(crate) fn package() -> Result<(), String> {
    let metadata = metadata()?;
    none(package::check_manifests(&metadata))?;
    if !package::has_repository(&metadata) {
        eprintln!("xtask: repository is empty in Cargo.toml; a release needs the address of the sources");
    }
    let published = package::published(&metadata);
    let names = published.iter().flat_map(|(name, _)| ["-p", name.as_str()]);
    let make =
        ["package", "--no-verify", "--offline", "--allow-dirty"].into_iter().chain(names).collect::<Vec<_>>();
    timed("packages", || cargo(&make, &[]))?;
    let target = PathBuf::from(metadata["target_directory"].as_str().unwrap_or("target"));
    let unpacked = target.join("packages");
    let wrong = package::unpack(&published, &target.join("package"), &unpacked, &root())?;
    none(wrong)?;
    let mut command = command(&["check", "--release", "--workspace", "--offline"]);
    command.current_dir(&unpacked).env("CARGO_TARGET_DIR", &target);
    let checked = || match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err("the packages do not compile without this repository".to_owned()),
        Err(error) => Err(error.to_string()),
    };
    timed("check of the packages", checked)
}

/// Runs cargo and lets what it says through; a warning about a package of the workspace is a failure.
fn without_warnings(arguments: &[&str]) -> Result<(), String> {
    let mut cargo = command(arguments);
    let mut child = cargo.stderr(Stdio::piped()).spawn().map_err(|error| error.to_string())?;
    let mut warned = false;
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
        let line = line.map_err(|error| error.to_string())?;
        eprintln!("{line}");
        warned |= line.starts_with("warning: `kiln");
    }
    match child.wait() {
        Ok(status) if status.success() && !warned => Ok(()),
        Ok(status) if status.success() => Err("there are warnings".to_owned()),
        Ok(_) => Err(format!("cargo {} failed", arguments.join(" "))),
        Err(error) => Err(error.to_string()),
    }
}

fn timed(name: &str, check: impl FnOnce() -> Result<(), String>) -> Result<(), String> {
    eprintln!("xtask: {name} …");
    let started = Instant::now();
    let result = check().map_err(|failure| format!("{name}: {failure}"));
    if result.is_ok() {
        eprintln!("xtask: {name} took {:.1} s", started.elapsed().as_secs_f64());
    }
    result
}

/// All files of the repository, not those alone that `cargo fmt` finds: it does not see modules that a macro declares.
fn formatted() -> Result<(), String> {
    let listed = Command::new("git").args(["ls-files", "*.rs"]).current_dir(root()).output();
    let listed = String::from_utf8_lossy(&listed.map_err(|error| error.to_string())?.stdout).into_owned();
    let mut rustfmt = Command::new("rustfmt");
    rustfmt.args(["--edition", "2024", "--check"]).args(listed.lines()).current_dir(root());
    let status = rustfmt.status().map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else {
        Err("not formatted: rustfmt --edition 2024 $(git ls-files '*.rs')".to_owned())
    }
}

fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), String> {
    let mut command = command(arguments);
    let status = command.envs(variables.iter().copied()).status().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("`cargo {}` failed", arguments.join(" "))) }
}

/// The cargo that runs this program, in the root of the workspace.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Asked for at run time: a program from a build cache may have been compiled in another clone.
fn root() -> PathBuf {
    let xtask = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| "xtask".into()));
    xtask.parent().map_or_else(|| PathBuf::from("."), PathBuf::from)
}

/// The crates that cargo builds for a selection, with their features.
fn tree(selection: &[&str]) -> Result<String, String> {
    let format = ["tree", "--prefix", "none", "-f", "{p}|{f}"];
    output(&[&format, selection].concat())
}

/// What cargo says about the workspace.
fn metadata() -> Result<Value, String> {
    let text = output(&["metadata", "--format-version", "1", "--no-deps"])?;
    serde_json::from_str(&text).map_err(|error| error.to_string())
}

/// What cargo prints.
fn output(arguments: &[&str]) -> Result<String, String> {
    let output = command(arguments).output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

/// Fails with all sentences, if there are any.
fn none(wrong: Vec<String>) -> Result<(), String> {
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n  ")) }
}
