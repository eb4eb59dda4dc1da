//! Every way in which a command can fail.

use std::io;
use std::path::PathBuf;

use kiln_core::device::DeviceError;
use kiln_core::{ErrorKind, Explain, NumberError};
use kiln_data::DataError;
use kiln_models::ModelError;
use kiln_optim::OptimError;

use crate::config::{ConfigError, Snippet};
use crate::run_dir::RunError;

/// Every way in which a command can fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Any of the others, with the line of the configuration that it is about.
    #[error("{error}")]
    Setting { error: Box<CliError>, place: Snippet },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Optim(#[from] OptimError),
    #[error(transparent)]
    Run(#[from] RunError),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// A file cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
}

impl CliError {
    /// Whether the reader of standard output has gone: no failure, and nobody to tell.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The part of a configuration to show under the message.
    pub(crate) fn snippet(&self) -> Option<&Snippet> {
        match self {
            Self::Config(error) => error.place(),
            Self::Setting { place, .. } => Some(place),
            _ => None,
        }
    }

    fn inner(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Config(error) => error,
            Self::Number(error) => error,
            Self::Device(error) => error,
            Self::Setting { error, .. } => return error.inner(),
            Self::Data(error) => error,
            Self::Model(error) => error,
            Self::Optim(error) => error,
            Self::Run(error) => error,
            Self::Output(_) | Self::Write { .. } => return None,
        })
    }
}

impl Explain for CliError {
    fn kind(&self) -> ErrorKind {
        self.inner().map_or(ErrorKind::Io, Explain::kind)
    }

    fn help(&self) -> Option<String> {
        self.inner().and_then(Explain::help)
    }
}
