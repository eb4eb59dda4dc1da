//! Runs by name.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::file::{is_file, is_folder};
use kiln_core::nearest;

use super::names::CONFIG;
use crate::error::RunError;

/// The names of all runs in `folder`, the oldest first. No folder, no runs.
///
/// # Errors
/// [`RunError::Io`] when the folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<String>, RunError> {
    list_with("", folder, &[CONFIG])
}

/// The names of all folders in `folder` that hold one of the files `markers`, the oldest first. Where the system does not say what a
/// folder holds, it counts if it is called as kiln calls runs, or `wanted`: what is wrong with it is said when it is read.
fn list_with(wanted: &str, folder: &Path, markers: &[&str]) -> Result<Vec<String>, RunError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::io("read", folder)(error)),
    };
    let mut names: Vec<String> = Vec::new();
    for entry in entries {
        let entry = entry.map_err(RunError::io("read", folder))?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let is_one = || marked(&folder.join(&name), markers);
        if !name.starts_with('.') && is_one().unwrap_or_else(|_| name == wanted || is_dated(&name)) {
            names.push(name);
        }
    }
    names.sort_by(|a, b| age(a).cmp(&age(b)));
    Ok(names)
}

/// Whether a name begins with a time as those that kiln gives: `20260102-030405-`.
fn is_dated(name: &str) -> bool {
    let shape = |(place, byte): (usize, u8)| {
        if place == 8 || place == 15 { byte == b'-' } else { byte.is_ascii_digit() }
    };
    name.len() > 16 && name.bytes().take(16).enumerate().all(shape)
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
/// [`RunError::NotFound`] when there is none, [`RunError::Ambiguous`] when there are several, [`RunError::Io`] when the operating
/// system does not say.
pub fn find(name: &str, folder: &Path) -> Result<PathBuf, RunError> {
    find_with(name, folder, CONFIG)
}

/// Whether a folder holds one of these files.
fn marked(folder: &Path, markers: &[&str]) -> Result<bool, RunError> {
    for marker in markers {
        let path = folder.join(marker);
        if is_file(&path).map_err(RunError::io("look at", &path))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// As [`find`], among the folders that hold the file `marker`.
///
/// # Errors
/// As [`find`].
pub fn find_with(name: &str, folder: &Path, marker: &str) -> Result<PathBuf, RunError> {
    find_marked(name, folder, &[marker])
}

/// As [`find`], among the folders that hold one of the files `markers`.
pub(super) fn find_marked(name: &str, folder: &Path, markers: &[&str]) -> Result<PathBuf, RunError> {
    let path = Path::new(name);
    if marked(path, markers)? {
        return Ok(path.to_owned());
    }
    let names = list_with(name, folder, markers)?;
    // Where the system does not say whether it is one, that is the error.
    let found = |name: &String| {
        let path = folder.join(name);
        marked(&path, markers)?;
        Ok(path)
    };
    if name == "last"
        && let Some(last) = names.last()
    {
        return found(last);
    }
    let starting: Vec<_> = names.iter().filter(|known| known.starts_with(name)).collect();
    let matches = if starting.is_empty() {
        names.iter().filter(|known| known.contains(name)).collect()
    } else {
        starting
    };
    match matches.as_slice() {
        _ if name.is_empty() => Err(not_found(name, folder, &names)),
        [] if is_folder(path).map_err(RunError::io("look at", path))? => {
            Err(RunError::NotARun { path: path.to_owned() })
        }
        [] => Err(not_found(name, folder, &names)),
        [one] => found(one),
        several => match several.iter().find(|known| **known == name) {
            Some(exact) => found(exact),
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
