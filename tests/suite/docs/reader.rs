//! What a reader must find, by the table of CONTRIBUTING.md: each page is a link of the README, each type is a link of the front page of
//! the documentation in Rust, and the page names both types and commands. So each is found in one click, and one more is left for
//! a reader who takes a detour.

use regex::Regex;

use super::root;

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap()
}

/// What is wrong with one row: its page, and what it names.
fn missing(page: &str, names: &str, readme: &str, front: &str) -> Vec<String> {
    let mut missing = Vec::new();
    let path = Regex::new(r"\(([^)]+)\)").unwrap().captures(page).unwrap()[1].to_owned();
    if !readme.contains(&format!("({path})")) {
        missing.push(format!("README.md does not lead to {path}"));
    }
    let text = read(&path);
    for name in Regex::new(r"(example )?`([^`]+)`").unwrap().captures_iter(names) {
        let (example, name) = (name.get(1).is_some(), &name[2]);
        let last = name.rsplit("::").next().unwrap();
        // A command and its option may stand apart.
        let wanted: Vec<&str> = if name.contains(' ') { name.split(" --").collect() } else { vec![last] };
        if !wanted.iter().all(|word| text.contains(word)) {
            missing.push(format!("{path} does not name {name}"));
        }
        let path = name.trim_start_matches("kiln::");
        let linked = || Regex::new(&format!(r"\[`(\w+::)*{path}`\]")).unwrap().is_match(front);
        if example {
            assert!(root().join(format!("examples/{name}.rs")).exists(), "{name}");
        } else if !name.contains(' ') && !linked() {
            missing.push(format!("the front page of the crate does not lead to {name}"));
        }
    }
    missing
}

#[test]
fn a_reader_finds_the_page_and_the_type_of_each_task() {
    let contributing = read("CONTRIBUTING.md");
    let section = contributing.split("## What a reader must find").nth(1).unwrap();
    let section = section.split("\n## ").next().unwrap();
    let rows: Vec<[&str; 3]> = section
        .lines()
        .filter(|line| line.starts_with('|') && line.contains("]("))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            <[&str; 3]>::try_from(cells).unwrap_or_else(|cells| panic!("{cells:?}"))
        })
        .collect();
    assert!(rows.len() >= 20, "{} tasks", rows.len());
    let front: String = read("crates/kiln/lib.rs").lines().filter(|line| line.starts_with("//!")).collect();
    let readme = read("README.md");
    let missing: Vec<String> =
        rows.iter().flat_map(|[_, page, names]| missing(page, names, &readme, &front)).collect();
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}
