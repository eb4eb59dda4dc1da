//! Source files that have grown too long to hold one idea.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most lines that a file may have.
const LIMIT: usize = 300;

/// Longer files, which only tables of data may be.
const LONGER: &[&str] = &[];

/// Folders of the repository that hold sources.
const FOLDERS: [&str; 5] = ["crates", "xtask", "tests", "examples", "bench"];

/// What is wrong with the files under `root`, one sentence each.
pub(crate) fn check(root: &Path) -> io::Result<Vec<String>> {
    let allowed = |path: &Path| LONGER.iter().any(|longer| path == Path::new(longer));
    let found = long_files(root)?;
    let long = found.iter().filter(|(path, _)| !allowed(path));
    let long =
        long.map(|(path, lines)| format!("{}: {lines} lines, at most {LIMIT} are allowed", path.display()));
    let gone = LONGER.iter().filter(|longer| !found.iter().any(|(path, _)| path == Path::new(longer)));
    let gone = gone
        .map(|longer| format!("{longer} is not long any more: take it off the list in xtask/src/sizes.rs"));
    Ok(long.chain(gone).collect())
}

/// Every Rust file under `root` that is longer, with its lines; the longest first.
fn long_files(root: &Path) -> io::Result<Vec<(PathBuf, usize)>> {
    let mut found = Vec::new();
    for folder in FOLDERS.map(|folder| root.join(folder)) {
        if folder.is_dir() {
            visit(&folder, &mut found)?;
        }
    }
    for (path, _) in &mut found {
        if let Ok(short) = path.strip_prefix(root) {
            *path = short.to_owned();
        }
    }
    found.sort_by(|(a_path, a), (b_path, b)| b.cmp(a).then_with(|| a_path.cmp(b_path)));
    Ok(found)
}

fn visit(folder: &Path, found: &mut Vec<(PathBuf, usize)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            visit(&path, found)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines = fs::read_to_string(&path)?.lines().count();
            if lines > LIMIT {
                found.push((path, lines));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_rust_files_are_named_longest_first() {
        let root = std::env::temp_dir().join(format!("kiln-xtask-sizes-{}", std::process::id()));
        fs::create_dir_all(root.join("crates/a/src")).unwrap();
        fs::create_dir_all(root.join("elsewhere")).unwrap();
        for (path, lines) in [
            ("crates/a/src/limit.rs", LIMIT),
            ("crates/a/src/long.rs", LIMIT + 1),
            ("crates/a/longer.rs", LIMIT + 2),
            ("crates/a/data.csv", 1000),
            ("elsewhere/long.rs", 1000),
        ] {
            fs::write(root.join(path), "//\n".repeat(lines)).unwrap();
        }
        let found = long_files(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(
            found.unwrap(),
            [
                (PathBuf::from("crates/a/longer.rs"), LIMIT + 2),
                (PathBuf::from("crates/a/src/long.rs"), LIMIT + 1)
            ]
        );
    }
}
