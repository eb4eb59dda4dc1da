//! The files that readers read.

use std::fs::File;
use std::path::Path;

use kiln_core::file::{self, PathKind, says_missing};

use crate::{DataConfig, DataError, FileError, SettingError};

impl DataConfig {
    /// The path of a format, which reads nothing without one.
    pub(super) fn needed_path(&self) -> Result<&Path, DataError> {
        let path = self.path.as_deref();
        path.ok_or_else(|| SettingError::PathNeeded { name: self.source.clone() }.into())
    }
}

/// Opens a regular file; its length comes along. A pipe is not waited for.
pub(super) fn open(path: &Path) -> Result<(File, u64), DataError> {
    file::open(path).map_err(|error| match error.raw_os_error() {
        Some(_) => DataError::read(path, error),
        // The system was not even asked: a name that no file can have, a folder, a device or a pipe.
        None if says_missing(&error) => FileError::NotFound { path: path.to_owned() }.into(),
        None => FileError::NotAFile { path: path.to_owned() }.into(),
    })
}

/// What a path leads to.
pub(super) fn kind(path: &Path) -> Result<PathKind, DataError> {
    PathKind::of(path).map_err(|error| DataError::read(path, error))
}

/// Room for `bytes` elements, or an error when memory does not suffice.
pub(super) fn reserve<T>(path: &Path, elements: u64) -> Result<Vec<T>, DataError> {
    let mut vec = Vec::new();
    let reserved = usize::try_from(elements).is_ok_and(|elements| vec.try_reserve_exact(elements).is_ok());
    if reserved {
        Ok(vec)
    } else {
        let bytes = elements.saturating_mul(size_of::<T>() as u64);
        Err(FileError::TooLarge { path: path.to_owned(), bytes }.into())
    }
}

/// The last part of a path, to call a data set by.
pub(super) fn name_of(path: &Path) -> String {
    // `.` and `..` have no file name of their own.
    let full = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    full.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}
