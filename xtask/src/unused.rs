//! Dependencies that nothing uses: each is built, and says that a crate knows what it does not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use serde_json::Value;

use crate::modules::tokens;

/// Dependencies that no source names, each with the reason why it is there.
const NOT_NAMED: &[(&str, &str, &str)] = &[
    ("kiln-core", "regex-syntax", "its features: without them the tests would build Burn a second time"),
    ("kiln-testkit", "bitflags", LIBRARY),
    ("kiln-testkit", "fastrand", LIBRARY),
    ("kiln-testkit", "half", LIBRARY),
    ("kiln-testkit", "miniz_oxide", LIBRARY),
    ("kiln-testkit", "num-traits", LIBRARY),
    ("kiln-testkit", "portable-atomic", LIBRARY),
    ("kiln-testkit", "rustix", LIBRARY),
    ("kiln-testkit", "serde_core", LIBRARY),
    ("kiln-testkit", "simd-adler32", LIBRARY),
];

const LIBRARY: &str =
    "its features: without them the check of the library alone would build Burn a second time";

/// What the output of `cargo metadata` lists and no source uses, one sentence each.
pub(crate) fn check(metadata: &Value) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    let mut listed = BTreeSet::new();
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        let words = Words::of(package)?;
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let target = dependency["name"].as_str().unwrap_or_default();
            listed.insert(target.to_owned());
            let renamed = dependency["rename"].as_str().unwrap_or(target);
            let word = renamed.replace('-', "_");
            let (used, whose) = match dependency["kind"].as_str() {
                None => (words.shipped.contains(&word), "its sources"),
                Some("dev") => (words.tests.contains(&word), "its tests, examples and benches"),
                Some(_) => (true, ""),
            };
            if !used && !NOT_NAMED.iter().any(|(of, which, _)| *of == name && *which == target) {
                wrong.push(format!("{name} depends on {target}, which {whose} do not use"));
            }
        }
    }
    let root = metadata["workspace_root"].as_str().unwrap_or(".");
    let manifest = Path::new(root).join("Cargo.toml");
    let text = fs::read_to_string(&manifest).map_err(|error| format!("{}: {error}", manifest.display()))?;
    for name in workspace_dependencies(&text).filter(|name| !listed.contains(*name)) {
        wrong.push(format!("no crate depends on {name}, which the workspace lists"));
    }
    Ok(wrong)
}

/// The names under `[workspace.dependencies]`.
fn workspace_dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let section = manifest.lines().skip_while(|line| line.trim() != "[workspace.dependencies]").skip(1);
    let lines = section.take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| Some(line.split_once('=')?.0.trim())).filter(|name| !name.starts_with('#'))
}

/// The crates that a package names.
#[derive(Debug, Default)]
struct Words {
    /// In its library and programs, without what is for tests alone.
    shipped: BTreeSet<String>,
    /// Anywhere, comments with examples included.
    tests: BTreeSet<String>,
}

impl Words {
    fn of(package: &Value) -> Result<Self, String> {
        let mut words = Self::default();
        let mut files: BTreeSet<PathBuf> = BTreeSet::new();
        for target in package["targets"].as_array().into_iter().flatten() {
            let source = Path::new(target["src_path"].as_str().unwrap_or_default());
            let kinds: Vec<_> =
                target["kind"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let shipped =
                !kinds.iter().any(|kind| matches!(*kind, "test" | "bench" | "example" | "custom-build"));
            let file = source.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            let whole_folder = matches!(file, "lib.rs" | "main.rs");
            let found = if whole_folder { rust_files(source)? } else { vec![source.to_owned()] };
            if shipped {
                for file in &found {
                    named(without_tests(tokens(file)?), &mut words.shipped);
                }
            }
            files.extend(found);
        }
        for file in files {
            named(tokens(&file)?, &mut words.tests);
        }
        Ok(words)
    }
}

/// All Rust files in the folder of `root`.
fn rust_files(root: &Path) -> Result<Vec<PathBuf>, String> {
    let mut found = Vec::new();
    let mut folders = vec![root.parent().unwrap_or_else(|| Path::new(".")).to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        for path in entries.filter_map(|entry| Some(entry.ok()?.path())) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    Ok(found)
}

/// The tokens without what follows `#[cfg(test)]`, up to the end of that item.
fn without_tests(tokens: TokenStream) -> TokenStream {
    let mut kept = Vec::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        let test = matches!(&token, TokenTree::Group(group) if group.stream().to_string().replace(' ', "") == "cfg(test)");
        if !test {
            kept.push(token);
            continue;
        }
        for token in tokens.by_ref() {
            let end = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == ';')
                || matches!(&token, TokenTree::Group(group) if group.delimiter() == proc_macro2::Delimiter::Brace);
            if end {
                break;
            }
        }
    }
    kept.into_iter().collect()
}

/// Adds every word that may be a crate: one before `::`, one behind `use`, and those in documentation.
fn named(tokens: TokenStream, words: &mut BTreeSet<String>) {
    let mut after_use = false;
    let mut last: Option<String> = None;
    let mut colons = 0;
    for token in tokens {
        match token {
            TokenTree::Group(group) => named(group.stream(), words),
            TokenTree::Ident(word) => {
                let word = word.to_string();
                if after_use {
                    words.insert(word.clone());
                }
                after_use = word == "use";
                last = Some(word);
                colons = 0;
                continue;
            }
            TokenTree::Punct(punct) if punct.as_char() == ':' => {
                colons += 1;
                if colons == 2 {
                    words.extend(last.take());
                }
                continue;
            }
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let named = text.split("::").filter_map(|part| part.rsplit(|c: char| !is_word(c)).next());
                words.extend(named.filter(|word| !word.is_empty()).map(str::to_owned));
            }
            TokenTree::Punct(_) => {}
        }
        (after_use, last, colons) = (false, None, 0);
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// What is wrong with a package of these dependencies and files, `lib.rs` among them.
    fn check_of(name: &str, dependencies: &[(&str, Value)], files: &[(&str, &str)]) -> Vec<String> {
        let folder = std::env::temp_dir().join(format!("kiln-xtask-unused-{name}-{}", std::process::id()));
        let targets = files.iter().map(|(file, text)| {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, text).unwrap();
            json!({ "kind": [if *file == "src/lib.rs" { "lib" } else { "test" }], "src_path": path })
        });
        let targets: Vec<Value> = targets.collect();
        fs::write(
            folder.join("Cargo.toml"),
            "[workspace.dependencies]\n# a comment = 1\nlisted = \"1\"\n\n[a]\nb = 1\n",
        )
        .unwrap();
        let dependency = |(name, kind): &(&str, Value)| json!({ "name": name, "kind": kind, "rename": null });
        let dependencies: Vec<Value> = dependencies.iter().map(dependency).collect();
        let package = json!({ "name": "kiln-core", "targets": targets, "dependencies": dependencies });
        let wrong = check(&json!({ "packages": [package], "workspace_root": folder }));
        fs::remove_dir_all(&folder).unwrap();
        let mut wrong = wrong.unwrap();
        wrong.retain(|line| !line.contains("listed"));
        wrong
    }

    #[test]
    fn what_sources_name_is_used() {
        let normal = Value::Null;
        let dependencies = [
            ("kiln-data", normal.clone()),
            ("serde", normal.clone()),
            ("rayon", normal.clone()),
            ("regex-syntax", normal),
            ("tempfile", json!("dev")),
            ("in-docs", json!("dev")),
        ];
        let files = [
            (
                "src/lib.rs",
                "//! ```\n//! use in_docs::X;\n//! ```\nuse serde as s; fn f() { let _ = ::kiln_data::load(); vec![rayon::join()]; }",
            ),
            ("tests/a.rs", "fn f() { tempfile::tempdir(); }"),
        ];
        assert_eq!(check_of("used", &dependencies, &files), Vec::<String>::new());
    }

    #[test]
    fn what_only_tests_name_is_no_dependency_and_what_nobody_names_is_none_at_all() {
        let dependencies = [("kiln-data", Value::Null), ("tempfile", json!("dev"))];
        let files = [
            (
                "src/lib.rs",
                "fn kiln_data() {} #[cfg(test)] mod tests { use kiln_data::X; } /// tempfile\nfn g() {}",
            ),
            ("tests/a.rs", "fn tempfile() {}"),
        ];
        assert_eq!(
            check_of("unused", &dependencies, &files),
            [
                "kiln-core depends on kiln-data, which its sources do not use",
                "kiln-core depends on tempfile, which its tests, examples and benches do not use",
            ]
        );
    }

    #[test]
    fn the_workspace_lists_nothing_that_no_crate_depends_on() {
        let manifest = "[workspace]\na = 1\n[workspace.dependencies]\n# c = 1\nb = \"1\"\n\nd-e = { version = \"1\" }\n[package]\nf = 1\n";
        assert_eq!(workspace_dependencies(manifest).collect::<Vec<_>>(), ["b", "d-e"]);
    }
}
