//! What can be read once, as a file: readers read a file twice.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kiln_core::file::PathKind;
use tempfile::TempDir;

use crate::error::CliError;

/// What standard input calls the file in messages.
const NAME: &str = "standard input";

/// Standard input or a pipe, copied to a file that is gone with the value.
#[derive(Debug)]
pub(crate) struct Streamed {
    path: PathBuf,
    /// What it is called in messages.
    name: String,
    /// Kept for its end.
    _folder: TempDir,
}

impl Streamed {
    /// Reads all of `path` where it is `-` or a pipe; `None` for what can be read twice.
    ///
    /// # Errors
    /// [`CliError::Input`].
    pub(crate) fn of(path: &Path) -> Result<Option<Self>, CliError> {
        if path == Path::new("-") {
            return Self::read(NAME, || Ok(io::stdin().lock())).map(Some);
        }
        match PathKind::of(path) {
            Ok(PathKind::Pipe) => Self::read(&path.display().to_string(), || File::open(path)).map(Some),
            // Whoever reads it says what is wrong with anything else.
            _ => Ok(None),
        }
    }

    fn read<R: Read>(name: &str, open: impl FnOnce() -> io::Result<R>) -> Result<Self, CliError> {
        let copy = || -> io::Result<Self> {
            let folder = tempfile::Builder::new().prefix("kiln-").tempdir()?;
            let path = folder.path().join("input");
            io::copy(&mut open()?, &mut File::create(&path)?)?;
            Ok(Self { path, name: name.to_owned(), _folder: folder })
        };
        copy().map_err(|error| CliError::Input { name: name.to_owned(), error })
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called.
    pub(crate) fn name(&self) -> &Path {
        Path::new(&self.name)
    }

    /// An error about the file calls it by its right name.
    pub(crate) fn named<T>(&self, result: Result<T, CliError>) -> Result<T, CliError> {
        result.map_err(|error| match error {
            CliError::Experiment(error) => {
                let path = self.path.display().to_string();
                CliError::OfStream {
                    message: error.one_line().replace(&path, &self.name),
                    error: Box::new(error),
                }
            }
            other => other,
        })
    }
}
