//! What a folder holds: a run, a cross-validation, a fold of one, a search, a path, a curve, a comparison.

use std::path::{Path, PathBuf};

use kiln_core::file::is_file;

use super::ensemble::ENSEMBLE;
use super::find::find_marked;
use super::names::{COMPARISON, CONFIG, CURVE, PATH, PROGRESS, STUDY};
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

/// What a folder holds that kiln has made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FolderKind {
    /// A training, of `kiln train`.
    Run,
    /// A cross-validation, of `kiln cv`.
    CrossValidation,
    /// Runs whose weighted mean is predicted.
    Ensemble,
    /// A search of settings, of `kiln tune`.
    Search,
    /// A regularisation path, of `kiln path`.
    Path,
    /// A learning or a validation curve, of `kiln curve`.
    Curve,
    /// A comparison of devices, of `kiln compare`.
    Comparison,
}

/// The file that tells each kind; those of a cross-validation and of an ensemble before that of a run, which they have, too.
const MARKERS: [(&str, FolderKind); 7] = [
    (ENSEMBLE, FolderKind::Ensemble),
    (CV, FolderKind::CrossValidation),
    (CONFIG, FolderKind::Run),
    (STUDY, FolderKind::Search),
    (PATH, FolderKind::Path),
    (CURVE, FolderKind::Curve),
    (COMPARISON, FolderKind::Comparison),
];

impl FolderKind {
    /// What the folder holds; `None` where kiln has not made it.
    ///
    /// # Errors
    /// [`RunError::Io`] when the operating system does not say.
    pub fn of(folder: &Path) -> Result<Option<Self>, RunError> {
        for (marker, kind) in MARKERS {
            let path = folder.join(marker);
            if is_file(&path).map_err(RunError::io("look at", &path))? {
                return Ok(Some(kind));
            }
        }
        Ok(None)
    }

    /// In words, with its article: `a run`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "a run",
            Self::CrossValidation => "a cross-validation",
            Self::Ensemble => "an ensemble",
            Self::Search => "a search",
            Self::Path => "a path",
            Self::Curve => "a curve",
            Self::Comparison => "a comparison",
        }
    }
}

/// The folder called `name` of whatever kind, and its kind: a path, `last`, or in `folder` a whole name, its beginning, or a part of it
/// that no other has.
///
/// # Errors
/// [`RunError::NotFound`], [`RunError::Ambiguous`], [`RunError::NotOfKiln`] for a folder that holds nothing of the kind, [`RunError::Io`].
pub fn find_any(name: &str, folder: &Path) -> Result<(PathBuf, FolderKind), RunError> {
    let found =
        find_marked(name, folder, &MARKERS.map(|(marker, _)| marker)).map_err(|error| match error {
            RunError::NotARun { path } => RunError::NotOfKiln { path },
            other => other,
        })?;
    match FolderKind::of(&found)? {
        Some(kind) => Ok((found, kind)),
        None => Err(RunError::NotOfKiln { path: found }),
    }
}

/// As [`find_any`], also a path or a curve that has not come to its end.
///
/// # Errors
/// As [`find_any`].
pub fn find_watched(name: &str, folder: &Path) -> Result<PathBuf, RunError> {
    let markers: Vec<&str> = MARKERS.iter().map(|(marker, _)| *marker).chain([PROGRESS]).collect();
    find_marked(name, folder, &markers).map_err(|error| match error {
        RunError::NotARun { path } => RunError::NotOfKiln { path },
        other => other,
    })
}
