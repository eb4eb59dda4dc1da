//! What keeps a file from being written.

use std::io;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

use super::run::RunError;

/// What keeps a file from being written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// The output would replace what is read.
    #[error("{} is the input: the output would replace it", path.display())]
    IsInput {
        /// The output.
        path: PathBuf,
    },
    /// The output would replace a file of a run.
    #[error("{} belongs to a run: the output would replace it", path.display())]
    IsOfRun {
        /// The output.
        path: PathBuf,
    },
    /// The output is a folder, a device or a pipe.
    #[error("{} is not a regular file, so it cannot be replaced as a whole", path.display())]
    IsNoFile {
        /// The output.
        path: PathBuf,
    },
    /// The operating system does not say whether the output belongs to a run.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The operating system does not write it.
    #[error("cannot write {}: {error}", path.display())]
    Write {
        /// The output.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl Explain for OutputError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::IsInput { .. } | Self::IsOfRun { .. } | Self::IsNoFile { .. } => ErrorKind::Usage,
            Self::Run(error) => error.kind(),
            Self::Write { .. } => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::IsInput { .. } | Self::IsOfRun { .. } | Self::IsNoFile { .. } => {
                Some("give the output another name".to_owned())
            }
            Self::Run(error) => error.help(),
            Self::Write { .. } => None,
        }
    }
}
