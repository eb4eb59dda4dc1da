//! Which folders are parts, and which are classes.

use std::path::{Path, PathBuf};

use super::problem::TextProblem;
use crate::DataError;

/// The parts, each by the names that its folder may have.
const PARTS: [(&str, &[&str]); 3] = [
    ("training", &["train", "training"]),
    ("validation", &["val", "valid", "validation", "dev"]),
    ("test", &["test", "testing"]),
];

/// What messages call a part: `test`.
pub(super) fn part_name(part: usize) -> &'static str {
    PARTS.get(part).map_or("", |(name, _)| name)
}

/// A class folder.
#[derive(Debug)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) folder: PathBuf,
    /// One or more, by name.
    pub(super) files: Vec<PathBuf>,
}

/// What is in a folder, each by name; hidden entries do not count.
pub(super) struct Contents {
    pub(super) folders: Vec<(String, PathBuf)>,
    pub(super) files: Vec<PathBuf>,
}

impl Contents {
    pub(super) fn of(folder: &Path) -> Result<Self, DataError> {
        let failed = |error| DataError::read(folder, error);
        let mut contents = Self { folders: Vec::new(), files: Vec::new() };
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let (name, path) = (entry.file_name(), entry.path());
            if matches!(name.to_string_lossy(), name if name.starts_with('.') || name == "__MACOSX") {
                continue;
            }
            // Links are followed.
            let kind = std::fs::metadata(&path).map_err(|error| DataError::read(&path, error))?;
            if !kind.is_dir() {
                contents.files.push(path);
                continue;
            }
            match name.into_string() {
                Ok(name) => contents.folders.push((name, path)),
                Err(_) => return Err(DataError::text(&path, TextProblem::Name)),
            }
        }
        contents.folders.sort_unstable();
        contents.files.sort_unstable();
        Ok(contents)
    }
}

/// The classes of the training, validation and test part; only the first has some where the folder has no parts.
pub(super) fn parts(folder: &Path) -> Result<[Vec<Class>; 3], DataError> {
    let contents = Contents::of(folder)?;
    if contents.folders.is_empty() {
        return Err(DataError::text(folder, TextProblem::NoClasses));
    }
    let mut parts = <[Vec<Class>; 3]>::default();
    if !has_parts(&contents)? {
        parts[0] = classes(contents)?;
        return Ok(parts);
    }
    for (name, path) in contents.folders {
        let part = part_of(&name).ok_or_else(|| DataError::text(&path, TextProblem::UnknownPart))?;
        parts[part].extend(classes(Contents::of(&path)?)?);
    }
    Ok(parts)
}

fn part_of(name: &str) -> Option<usize> {
    PARTS.iter().position(|(_, names)| names.iter().any(|known| name.eq_ignore_ascii_case(known)))
}

/// Whether there is a folder of the training part, which has folders in it. A class may be called as a part is: then it has none.
fn has_parts(contents: &Contents) -> Result<bool, DataError> {
    let training = contents.folders.iter().find(|(name, _)| part_of(name) == Some(0));
    match training {
        Some((_, path)) => Ok(!Contents::of(path)?.folders.is_empty()),
        None => Ok(false),
    }
}

fn classes(contents: Contents) -> Result<Vec<Class>, DataError> {
    let class = |(name, folder): (String, PathBuf)| {
        let Contents { folders, files } = Contents::of(&folder)?;
        match folders.first() {
            Some((_, inner)) => Err(DataError::text(inner, TextProblem::NestedFolder)),
            None if files.is_empty() => Err(DataError::text(&folder, TextProblem::NoTexts)),
            None => Ok(Class { name, folder, files }),
        }
    };
    contents.folders.into_iter().map(class).collect()
}
