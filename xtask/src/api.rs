//! The public API as lists in `docs/api`, one file a crate: a change of it is seen in the diff, and what a release had stays until
//! a version that may break.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where the lists are, below the root.
pub(crate) const FOLDER: &str = "docs/api";

/// What rustdoc wrote of each package.
pub(crate) fn documents(packages: &[(String, String)], target: &Path) -> Vec<PathBuf> {
    let name = |package: &str| format!("{}.json", package.replace('-', "_"));
    packages.iter().map(|(package, _)| target.join("doc").join(name(package))).collect()
}

/// What is wrong with the lists, one sentence each. `listed` is the folder of those that were made just now; `at` gives a list as it
/// was at the release `tag`, if there was a release.
pub(crate) fn check(
    packages: &[(String, String)],
    listed: &Path,
    root: &Path,
    tag: Option<&str>,
    at: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for (package, version) in packages {
        let path = format!("{FOLDER}/{}.txt", package.replace('-', "_"));
        let new = listed.join(Path::new(&path).file_name().unwrap_or_default());
        let new = fs::read_to_string(&new).map_err(|error| format!("{}: {error}", new.display()))?;
        let old = fs::read_to_string(root.join(&path)).unwrap_or_default();
        let changed = difference(&old, &new);
        if !changed.is_empty() {
            let changed = changed.join("\n  ");
            wrong.push(format!("{path} is not what is public (cargo xtask api --write):\n  {changed}"));
        }
        let Some((tag, released)) = tag.and_then(|tag| Some((tag, at(&path)?))) else { continue };
        wrong.extend(broken(tag, &released, version, &new).into_iter().map(|line| {
            format!(
                "{package} {version} lacks what {tag} had, so its version must be one that may break: {line}"
            )
        }));
    }
    Ok(wrong)
}

/// The lines that only one of two listings has, marked as `diff` does.
pub(crate) fn difference(old: &str, new: &str) -> Vec<String> {
    let gone = missing(old, new).into_iter().map(|line| format!("-{line}"));
    gone.chain(missing(new, old).into_iter().map(|line| format!("+{line}"))).collect()
}

/// What a listing had at the release `tag` and has no more, where `version` is one that programs take for the same API.
pub(crate) fn broken<'a>(tag: &str, old: &'a str, version: &str, new: &str) -> Vec<&'a str> {
    if compatible(tag.trim_start_matches('v'), version) { missing(old, new) } else { Vec::new() }
}

/// The lines of `these` that `those` lacks.
fn missing<'a>(these: &'a str, those: &str) -> Vec<&'a str> {
    let those: HashSet<&str> = those.lines().collect();
    these.lines().filter(|line| !those.contains(line)).collect()
}

/// Whether Cargo takes `newer` where `older` was asked for: the numbers up to the first that is not 0 are the same.
fn compatible(older: &str, newer: &str) -> bool {
    fn leading(version: &str) -> Vec<&str> {
        let mut leading = Vec::new();
        for number in version.split(['.', '-', '+']).take(3) {
            leading.push(number);
            if number != "0" {
                break;
            }
        }
        leading
    }
    leading(older) == leading(newer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_compared_wherever_they_stand() {
        assert_eq!(difference("a\nb\nc\n", "c\nb\nd\n"), ["-a", "+d"]);
        assert_eq!(difference("a\nb\n", "b\na\n"), Vec::<String>::new());
    }

    #[test]
    fn only_a_version_that_may_break_takes_something_away() {
        assert_eq!(broken("v0.1.0", "a\nb\n", "0.1.3", "b\nc\n"), ["a"]);
        assert_eq!(broken("v0.1.0", "a\nb\n", "0.2.0", "b\n"), Vec::<&str>::new());
        assert_eq!(broken("v1.2.0", "a\n", "1.9.0", ""), ["a"]);
        assert_eq!(broken("v1.2.0", "a\n", "2.0.0", ""), Vec::<&str>::new());
        assert_eq!(broken("v0.0.1", "a\n", "0.0.2", ""), Vec::<&str>::new());
    }
}
