//! What can be read once, as a file: readers read a file twice.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use kiln_core::file::PathKind;
use tempfile::TempDir;

use crate::error::StreamError;

/// What standard input calls the file in messages.
const NAME: &str = "standard input";

/// Standard input or a pipe, copied to a file that is gone with the value.
///
/// ```
/// use kiln_experiment::Streamed;
///
/// // A file can be read twice as it is.
/// assert!(Streamed::of("Cargo.toml".as_ref())?.is_none());
/// # Ok::<(), kiln_experiment::ExperimentError>(())
/// ```
#[derive(Debug)]
pub struct Streamed {
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
    /// [`StreamError`].
    pub fn of(path: &Path) -> Result<Option<Self>, StreamError> {
        if path == Path::new("-") {
            return Self::read(NAME, || Ok(io::stdin().lock())).map(Some);
        }
        match PathKind::of(path) {
            Ok(PathKind::Pipe) => Self::read(&path.display().to_string(), || File::open(path)).map(Some),
            // Whoever reads it says what is wrong with anything else.
            _ => Ok(None),
        }
    }

    fn read<R: Read>(name: &str, open: impl FnOnce() -> io::Result<R>) -> Result<Self, StreamError> {
        let copy = || -> io::Result<Self> {
            let folder = tempfile::Builder::new().prefix("kiln-").tempdir()?;
            let path = folder.path().join("input");
            io::copy(&mut open()?, &mut File::create(&path)?)?;
            Ok(Self { path, name: name.to_owned(), _folder: folder })
        };
        copy().map_err(|error| StreamError { name: name.to_owned(), error })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is called.
    pub fn name(&self) -> &Path {
        Path::new(&self.name)
    }
}
