//! Runs by name.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::nearest;

use super::names::CONFIG;
use crate::error::RunError;

/// The names of all runs in `folder`, the oldest first. No folder, no runs.
///
/// # Errors
/// [`RunError::Io`] when the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<String>, RunError> {
    list_with(folder, CONFIG)
}

/// The names of all folders in `folder` that hold the file `marker`, the oldest first.
fn list_with(folder: &Path, marker: &str) -> Result<Vec<String>, RunError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::io("read", folder)(error)),
    };
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.') && folder.join(name).join(marker).is_file())
        .collect();
    names.sort_by(|a, b| age(a).cmp(&age(b)));
    Ok(names)
}

/// What sorts `<time>-<slug>-<4 hex>` by age: the second, then the part of it.
fn age(name: &str) -> (&str, &str, &str) {
    let (second, rest) = name.split_at_checked("YYYYMMDD-hhmmss".len()).unwrap_or((name, ""));
    let part = rest.rsplit('-').next().unwrap_or_default();
    (second, part, name)
}

/// The folder of the run called `name`: a path, `last`, or in `folder` a whole name, its beginning, or a part of it
/// that no other has.
///
/// # Errors
/// [`RunError::NotFound`] when there is none, [`RunError::Ambiguous`] when there are several.
pub fn find(name: &str, folder: &Path) -> Result<PathBuf, RunError> {
    find_with(name, folder, CONFIG)
}

/// As [`find`], among the folders that hold the file `marker`.
///
/// # Errors
/// As [`find`].
pub fn find_with(name: &str, folder: &Path, marker: &str) -> Result<PathBuf, RunError> {
    let path = Path::new(name);
    if path.join(marker).is_file() {
        return Ok(path.to_owned());
    }
    let names = list_with(folder, marker)?;
    if name == "last"
        && let Some(last) = names.last()
    {
        return Ok(folder.join(last));
    }
    let starting: Vec<_> = names.iter().filter(|known| known.starts_with(name)).collect();
    let found = if starting.is_empty() {
        names.iter().filter(|known| known.contains(name)).collect()
    } else {
        starting
    };
    match found.as_slice() {
        _ if name.is_empty() => Err(not_found(name, folder, &names)),
        [] if path.is_dir() => Err(RunError::NotARun { path: path.to_owned() }),
        [] => Err(not_found(name, folder, &names)),
        [one] => Ok(folder.join(one)),
        several => match several.iter().find(|known| **known == name) {
            Some(exact) => Ok(folder.join(exact)),
            None => Err(RunError::Ambiguous {
                name: name.to_owned(),
                matches: several.iter().map(|name| (*name).clone()).collect(),
            }),
        },
    }
}

fn not_found(name: &str, folder: &Path, names: &[String]) -> RunError {
    let nearest = nearest(name, names.iter().map(String::as_str));
    RunError::NotFound { name: name.to_owned(), folder: folder.to_owned(), nearest }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn runs(names: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for name in names {
            fs::create_dir(folder.path().join(name)).unwrap();
            fs::write(folder.path().join(name).join(CONFIG), "").unwrap();
        }
        folder
    }

    #[test]
    fn runs_are_found_by_name_beginning_part_and_age() {
        let folder = runs(&["20260101-000000-iris-aaaa", "20260102-000000-digits-bbbb", ".tmp-x"]);
        fs::create_dir(folder.path().join("not-a-run")).unwrap();
        assert_eq!(
            list(folder.path()).unwrap(),
            ["20260101-000000-iris-aaaa", "20260102-000000-digits-bbbb"]
        );
        let found = |name: &str| {
            find(name, folder.path()).map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        };
        for name in ["last", "20260102", "digits", "bbbb", "20260102-000000-digits-bbbb"] {
            assert_eq!(found(name).unwrap(), "20260102-000000-digits-bbbb", "{name}");
        }
        let path = folder.path().join("20260101-000000-iris-aaaa");
        assert_eq!(find(path.to_str().unwrap(), Path::new("nowhere")).unwrap(), path);
        assert!(
            matches!(found("2026").unwrap_err(), RunError::Ambiguous { matches, .. } if matches.len() == 2)
        );
        assert!(matches!(found("wine").unwrap_err(), RunError::NotFound { nearest: None, .. }));
        assert!(matches!(found("").unwrap_err(), RunError::NotFound { .. }));
        let other = folder.path().join("not-a-run");
        assert!(matches!(
            find(other.to_str().unwrap(), folder.path()).unwrap_err(),
            RunError::NotARun { .. }
        ));
    }

    #[test]
    fn within_a_second_the_part_of_it_tells_the_age() {
        let folder = runs(&["20260101-000000-a-0c00", "20260101-000000-b-0200", "20260101-000000-a-c-0b00"]);
        assert_eq!(
            list(folder.path()).unwrap(),
            ["20260101-000000-b-0200", "20260101-000000-a-c-0b00", "20260101-000000-a-0c00"]
        );
    }

    #[test]
    fn no_folder_is_no_runs() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("runs");
        assert!(list(&missing).unwrap().is_empty());
        assert!(matches!(find("last", &missing).unwrap_err(), RunError::NotFound { .. }));
    }
}
