//! A training that starts from weights: those of a file, or those of a run with its preprocessing.

mod fits;
mod read;

pub(crate) use fits::Started;
pub(crate) use read::StartWeights;

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use kiln_config::Resolved;
use kiln_core::file::is_file;

use crate::error::{ExperimentError, Locate, RunError};
use crate::run::find;

/// The configuration with the BLAKE3 of the weights that it starts from, so that what goes on with it later does with the same ones.
///
/// # Errors
/// Weights that cannot be read, or are not those that the configuration names.
pub(crate) fn pinned(resolved: &Resolved) -> Result<Cow<'_, Resolved>, ExperimentError> {
    let found = StartWeights::of(&resolved.config.model).map_err(|error| resolved.locate(error))?;
    Ok(match found {
        Some(found) => Cow::Owned(resolved.started_from(&found.blake3)),
        None => Cow::Borrowed(resolved),
    })
}

/// The weights that `name` stands for, to start from: a file, or in `folder` the run of that name, as [`find`] has it.
///
/// # Errors
/// As [`find`].
pub fn start_of(name: &str, folder: &Path) -> Result<PathBuf, RunError> {
    let path = Path::new(name);
    if is_file(path).map_err(RunError::io("look at", path))? {
        Ok(path.to_owned())
    } else {
        find(name, folder)
    }
}
