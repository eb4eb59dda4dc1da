//! Standard input as a file: readers read a file twice.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::error::CliError;

/// What standard input calls the file in messages.
const NAME: &str = "standard input";

/// Standard input, copied to a file that is gone with the value.
#[derive(Debug)]
pub(crate) struct StandardInput {
    path: PathBuf,
    /// Kept for its end.
    _folder: TempDir,
}

impl StandardInput {
    /// Reads all of it.
    ///
    /// # Errors
    /// [`CliError::Input`].
    pub(crate) fn read() -> Result<Self, CliError> {
        let copy = || -> io::Result<Self> {
            let folder = tempfile::Builder::new().prefix("kiln-").tempdir()?;
            let path = folder.path().join("input");
            io::copy(&mut io::stdin().lock(), &mut File::create(&path)?)?;
            Ok(Self { path, _folder: folder })
        };
        copy().map_err(CliError::Input)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// An error about the file calls it by its right name.
    pub(crate) fn name<T>(&self, result: Result<T, CliError>) -> Result<T, CliError> {
        result.map_err(|error| match error {
            CliError::Experiment(error) => {
                let path = self.path.display().to_string();
                CliError::OfStandardInput {
                    message: error.one_line().replace(&path, NAME),
                    error: Box::new(error),
                }
            }
            other => other,
        })
    }
}
