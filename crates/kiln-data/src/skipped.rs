//! Files that a source left out.

use std::path::{Path, PathBuf};

use crate::DataError;

/// A file that a source left out, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Skipped {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it, in words.
    pub reason: String,
}

impl Skipped {
    /// A file with an error of its own; the path that stands before the error's message is left out.
    pub(crate) fn of(path: &Path, error: &DataError) -> Self {
        let text = error.to_string();
        let reason = text.strip_prefix(&path.display().to_string()).unwrap_or(&text);
        Self { path: path.to_owned(), reason: reason.trim_start_matches([':', ' ']).to_owned() }
    }
}
