//! What a folder of runs holds: a run, a cross-validation, or a fold of one.

use std::path::Path;

use kiln_core::file::is_file;

use crate::error::RunError;

/// The name of the file that makes a run a cross-validation.
pub const CV: &str = "cv.json";

/// Whether the run in `folder` is a cross-validation.
///
/// # Errors
/// [`RunError::Io`] when the operating system does not say.
pub fn is_cross_validation(folder: &Path) -> Result<bool, RunError> {
    let path = folder.join(CV);
    is_file(&path).map_err(RunError::io("look at", &path))
}

/// Refuses a fold where a run with parts of its own is needed: the parts of a fold are known to the cross-validation.
///
/// # Errors
/// [`RunError::IsFold`], and as [`is_cross_validation`].
pub fn refuse_fold(run: &Path) -> Result<(), RunError> {
    // The run may be given as `.`; without its real path the folder above it is unknown.
    let real = run.canonicalize().unwrap_or_else(|_| run.to_owned());
    match real.ancestors().nth(2) {
        Some(cv)
            if real.parent().is_some_and(|folder| folder.ends_with("folds")) && is_cross_validation(cv)? =>
        {
            Err(RunError::IsFold { cv: run.ancestors().nth(2).unwrap_or(cv).to_owned() })
        }
        _ => Ok(()),
    }
}
