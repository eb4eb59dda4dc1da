//! Every command and snippet in the README and the guide is run.
//!
//! The commands of a page run in order, in one empty folder that has the guide's data files, through `sh`: pipes and redirections
//! work. What a page shows as output is compared with what is printed. Times, sizes of memory, names of runs and hashes are left out, and
//! numbers may differ a little, because processors round differently. A line `...` stands for any lines, `[..]` for any
//! characters. `trycmd` does much of this, but has no shell and compares numbers as text.
//!
//! A block is skipped when its info string says `ignore`. Its first line must then be a comment that says why.
//!
//! `KILN_DOCS=overwrite cargo test --release --workspace --test suite docs::` writes what is printed into the pages.

mod compare;
mod links;
mod markdown;
mod reader;
mod session;

use std::path::{Path, PathBuf};

/// A test for each page: they run side by side.
macro_rules! pages {
    ($($name:ident: $path:literal,)*) => {
        const PAGES: &[&str] = &[$($path),*];

        $(#[test]
        fn $name() {
            session::run(&root().join($path));
        })*
    };
}

pages! {
    readme: "README.md",
    contributing: "CONTRIBUTING.md",
    first_run: "docs/guide/first-run.md",
    coming_from: "docs/guide/coming-from.md",
    your_data: "docs/guide/your-data.md",
    text: "docs/guide/text.md",
    series: "docs/guide/series.md",
    results: "docs/guide/results.md",
    regularisation: "docs/guide/regularisation.md",
    evaluation: "docs/guide/evaluation.md",
    metrics: "docs/guide/metrics.md",
    search: "docs/guide/search.md",
    clusters: "docs/guide/clusters.md",
    layers: "docs/guide/layers.md",
    language_models: "docs/guide/language-models.md",
    own_models: "docs/guide/own-models.md",
    own_data: "docs/guide/own-data.md",
    bare_loop: "docs/guide/bare-loop.md",
    several_optimisers: "docs/guide/several-optimisers.md",
    serving: "docs/guide/serving.md",
    transfer: "docs/guide/transfer.md",
    backends: "docs/guide/backends.md",
    extending: "docs/guide/extending.md",
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every Markdown file below `folder`, sorted.
fn markdown_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(markdown_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "md") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn every_page_of_the_guide_is_run_and_listed() {
    let summary = std::fs::read_to_string(root().join("docs/SUMMARY.md")).unwrap();
    for path in markdown_files(&root().join("docs/guide")) {
        let name = path.file_name().unwrap().to_str().unwrap();
        assert!(PAGES.contains(&format!("docs/guide/{name}").as_str()), "{name} has no test");
        assert!(summary.contains(&format!("(guide/{name})")), "{name} is not in SUMMARY.md");
    }
}

#[test]
fn the_readme_is_short() {
    let lines = std::fs::read_to_string(root().join("README.md")).unwrap().lines().count();
    assert!(lines <= 200, "README.md has {lines} lines");
}
