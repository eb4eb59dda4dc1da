//! What is in a folder: sorted by name, hidden entries left out.

use std::path::{Path, PathBuf};

use super::ImageProblem;
use crate::DataError;

/// An entry of a folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry {
    pub(crate) name: String,
    pub(crate) path: PathBuf,
    pub(crate) is_folder: bool,
}

/// The entries of a folder by name.
pub(crate) fn entries(folder: &Path) -> Result<Vec<Entry>, DataError> {
    let failed = |error| DataError::read(folder, error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let path = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            return Err(DataError::image(&path, ImageProblem::Name));
        };
        if name.starts_with('.') {
            continue;
        }
        // Follows links, which data sets are often made of.
        let metadata = std::fs::metadata(&path).map_err(|error| DataError::read(&path, error))?;
        entries.push(Entry { name, path, is_folder: metadata.is_dir() });
    }
    entries.sort_unstable();
    Ok(entries)
}

/// The folders in a folder.
pub(crate) fn folders(folder: &Path) -> Result<Vec<Entry>, DataError> {
    Ok(entries(folder)?.into_iter().filter(|entry| entry.is_folder).collect())
}

/// The images in a folder that holds nothing else, one or more.
pub(crate) fn images(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let mut images = Vec::new();
    for entry in entries(folder)? {
        let problem = match entry.path.extension().map(|extension| extension.to_ascii_lowercase()) {
            _ if entry.is_folder => ImageProblem::NestedFolder,
            Some(extension) if extension == "png" || extension == "jpg" || extension == "jpeg" => {
                images.push(entry.path);
                continue;
            }
            _ => ImageProblem::NotAnImage,
        };
        return Err(DataError::image(&entry.path, problem));
    }
    if images.is_empty() { Err(DataError::image(folder, ImageProblem::NoImages)) } else { Ok(images) }
}
