//! The packages as crates.io would get them: each holds its licences and its README, none holds a test, and together they compile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What every package must hold.
const NEEDED: [&str; 4] = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];

/// What the manifest of every package must say.
const SHOWN: [&str; 7] =
    ["description", "license", "repository", "keywords", "categories", "rust_version", "edition"];

/// The names and versions of the packages that are published.
pub(crate) fn published(metadata: &Value) -> Vec<(String, String)> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    // `publish = false` is an empty list of registries.
    let shown = packages.filter(|package| !package["publish"].as_array().is_some_and(Vec::is_empty));
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    shown.map(|package| (text(&package["name"]), text(&package["version"]))).collect()
}

/// What the manifests of the published packages lack, one sentence each: what crates.io asks for, and what it shows.
pub(crate) fn check_manifests(metadata: &Value) -> Vec<String> {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let published = packages.filter(|package| !package["publish"].as_array().is_some_and(Vec::is_empty));
    let lacks = |package: &Value, field: &str| match &package[field] {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    published
        .flat_map(|package| {
            let name = package["name"].as_str().unwrap_or_default();
            let missing = SHOWN.iter().filter(move |field| lacks(package, field));
            missing.map(move |field| format!("{name}: Cargo.toml has no {field}"))
        })
        .collect()
}

/// Whether the packages say where their sources are published, which a release needs.
pub(crate) fn has_repository(metadata: &Value) -> bool {
    let packages = metadata["packages"].as_array().into_iter().flatten();
    packages.into_iter().any(|package| package["repository"].as_str().is_some_and(|url| !url.is_empty()))
}

/// What is wrong with the files of a package, one sentence each.
fn check_files(name: &str, files: &[String]) -> Vec<String> {
    let missing = NEEDED.iter().filter(|needed| !files.iter().any(|file| file == *needed));
    let missing = missing.map(|needed| format!("{name}: {needed} is not in the package"));
    let for_tests = |file: &&String| {
        let mut parts = file.split('/');
        parts.any(|part| matches!(part, "tests" | "tests.rs" | "golden" | "benches" | "bench"))
    };
    let tests = files.iter().filter(for_tests).map(|file| format!("{name}: {file} is for tests alone"));
    missing.chain(tests).collect()
}

/// A failure with the file that it is about.
fn failed(what: &Path) -> impl Fn(std::io::Error) -> String + '_ {
    move |error| format!("{}: {error}", what.display())
}

/// Unpacks the packages of `folder` (cargo's `target/package`) into a workspace of their own in `into`, and says what is wrong with
/// their files.
pub(crate) fn unpack(
    packages: &[(String, String)],
    folder: &Path,
    into: &Path,
    root: &Path,
) -> Result<Vec<String>, String> {
    if into.exists() {
        fs::remove_dir_all(into).map_err(failed(into))?;
    }
    fs::create_dir_all(into).map_err(failed(into))?;
    let mut wrong = Vec::new();
    for (name, version) in packages {
        let archive = folder.join(format!("{name}-{version}.crate"));
        // Files in an archive are from 2006. Cargo would take what it built of an older archive for newer than they are.
        let status = Command::new("tar").arg("xzmf").arg(&archive).arg("-C").arg(into).status();
        if !status.map_err(failed(&archive))?.success() {
            return Err(format!("{} cannot be unpacked", archive.display()));
        }
        let package = into.join(format!("{name}-{version}"));
        wrong.extend(check_files(name, &files(&package, "").map_err(failed(&package))?));
        // A lock file and a profile of its own would not count.
        let _ = fs::remove_file(package.join("Cargo.lock"));
    }
    let manifest = fs::read_to_string(root.join("Cargo.toml")).map_err(failed(root))?;
    fs::write(into.join("Cargo.toml"), workspace(packages, &manifest)).map_err(failed(into))?;
    fs::copy(root.join("Cargo.lock"), into.join("Cargo.lock")).map_err(failed(into))?;
    Ok(wrong)
}

/// The manifest of a workspace of the packages, with the profile of `manifest`, so that it shares its build of Burn.
fn workspace(packages: &[(String, String)], manifest: &str) -> String {
    let each = |line: &dyn Fn(&str, &str) -> String| -> String {
        packages.iter().map(|(name, version)| line(name, version)).collect()
    };
    let members = each(&|name, version| format!("    \"{name}-{version}\",\n"));
    let patches = each(&|name, version| format!("{name} = {{ path = \"{name}-{version}\" }}\n"));
    let profile = manifest.find("[profile.release]").map_or("", |start| &manifest[start..]);
    format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\n{members}]\n\n[patch.crates-io]\n{patches}\n{profile}"
    )
}

/// The files below a folder, as paths from it.
fn files(folder: &Path, before: &str) -> std::io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path: PathBuf = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let name = format!("{before}{name}");
        if path.is_dir() {
            found.extend(files(&path, &format!("{name}/"))?);
        } else {
            found.push(name);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_published_is_left_out() {
        let metadata = json!({ "packages": [
            { "name": "kiln-core", "version": "0.1.0", "publish": null },
            { "name": "xtask", "version": "0.1.0", "publish": [] },
        ] });
        assert_eq!(published(&metadata), [("kiln-core".to_owned(), "0.1.0".to_owned())]);
    }

    #[test]
    fn a_manifest_says_what_crates_io_shows() {
        let mut package = json!({
            "name": "kiln-core", "publish": null, "description": "d", "license": "MIT", "repository": "",
            "keywords": ["k"], "categories": ["c"], "rust_version": "1.95", "edition": "2024",
        });
        let of = |package: &Value| json!({ "packages": [package, { "name": "xtask", "publish": [] }] });
        assert_eq!(check_manifests(&of(&package)), Vec::<String>::new());
        assert!(!has_repository(&of(&package)));
        package["repository"] = Value::Null;
        package["keywords"] = json!([]);
        let wrong = ["kiln-core: Cargo.toml has no repository", "kiln-core: Cargo.toml has no keywords"];
        assert_eq!(check_manifests(&of(&package)), wrong);
        package["repository"] = json!("https://example.org/kiln");
        assert!(has_repository(&of(&package)));
    }

    #[test]
    fn a_package_needs_its_licences_and_no_tests() {
        let files = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let fine = files(&["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/lib.rs"]);
        assert_eq!(check_files("a", &fine), Vec::<String>::new());
        let wrong =
            files(&["Cargo.toml", "LICENSE-MIT", "README.md", "src/x/tests.rs", "tests/golden/a.json"]);
        assert_eq!(
            check_files("a", &wrong),
            [
                "a: LICENSE-APACHE is not in the package",
                "a: src/x/tests.rs is for tests alone",
                "a: tests/golden/a.json is for tests alone",
            ]
        );
    }

    #[test]
    fn the_packages_find_each_other_and_share_the_profile() {
        let packages = [("a".to_owned(), "0.1.0".to_owned())];
        let text = workspace(&packages, "[package]\nname = \"x\"\n\n[profile.release]\nopt-level = 3\n");
        assert!(text.contains("members = [\n    \"a-0.1.0\",\n]"), "{text}");
        assert!(text.contains("[patch.crates-io]\na = { path = \"a-0.1.0\" }\n"), "{text}");
        assert!(
            text.ends_with("[profile.release]\nopt-level = 3\n") && !text.contains("[package]"),
            "{text}"
        );
    }
}
