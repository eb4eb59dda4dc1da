//! Links and names of files in the documents lead somewhere.

use std::path::Path;

use regex::Regex;

use super::{markdown_files, root};

fn documents() -> Vec<std::path::PathBuf> {
    let mut documents = markdown_files(&root().join("docs"));
    documents.extend(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name)));
    documents
}

/// The name of a heading in a link, as GitHub and mdBook make it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase();
    kept.chars()
        .filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'))
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn has_heading(page: &Path, name: &str) -> bool {
    let text = std::fs::read_to_string(page).unwrap();
    text.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#')) == name)
}

#[test]
fn links_lead_somewhere() {
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut broken = Vec::new();
    for page in documents() {
        let text = std::fs::read_to_string(&page).unwrap();
        for found in link.captures_iter(&text) {
            let target = &found[1];
            if target.starts_with("http") {
                continue;
            }
            let (file, heading) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            if !path.exists() || (!heading.is_empty() && !has_heading(&path, heading)) {
                broken.push(format!("{}: {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

/// Files of the repository that are named as code: `bench/run.sh`, `crates/kiln-core/src/seed.rs`.
#[test]
fn files_that_are_named_exist() {
    let name =
        Regex::new(r"(?:^|[\s`(])((?:bench|crates|docs|examples|recipes|tests|xtask|\.ci)/[\w./-]*\w)")
            .unwrap();
    let mut missing = Vec::new();
    for page in documents().into_iter().filter(|page| !page.ends_with("CHANGELOG.md")) {
        let text = std::fs::read_to_string(&page).unwrap();
        // `NAME.rs` stands for a file that the reader writes.
        for found in name.captures_iter(&text).filter(|found| !found[1].contains("NAME")) {
            // A link is written from its page.
            if !root().join(&found[1]).exists() && !page.parent().unwrap().join(&found[1]).exists() {
                missing.push(format!("{}: {}", page.display(), &found[1]));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

#[test]
fn anchors_are_githubs() {
    assert_eq!(anchor(" What a run leaves behind"), "what-a-run-leaves-behind");
    assert_eq!(anchor("`--json`, for programs"), "--json-for-programs");
}
