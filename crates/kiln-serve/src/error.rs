//! Why a model cannot be served.

use std::io;

use kiln_core::{ErrorKind, Explain, NumberError};

/// Why a model cannot be served.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The feature `http` is not part of this build.
    #[error("this build of kiln has no server")]
    NotBuilt,
    /// A setting is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Bodies cannot hold what the model takes.
    #[error("a server cannot take the inputs of this model: {found}")]
    Inputs {
        /// What the model takes: `token sequences`.
        found: &'static str,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {host}:{port}: {error}")]
    Listen {
        /// The host that was asked for.
        host: String,
        /// The port that was asked for.
        port: u16,
        /// What the operating system says.
        error: io::Error,
    },
    /// The operating system gives no threads.
    #[error("cannot start the server: {0}")]
    Start(io::Error),
}

impl Explain for ServeError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotBuilt | Self::Number(_) | Self::Inputs { .. } => ErrorKind::Usage,
            Self::Listen { .. } | Self::Start(_) => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NotBuilt => "build it with the feature `serve`: cargo install --path . --features serve",
            Self::Number(_) => return None,
            Self::Inputs { .. } => "serve a model of tables, texts, time series or images",
            Self::Listen { error, .. } => match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "another program listens there; give another --port, or 0 for a free one"
                }
                io::ErrorKind::PermissionDenied => {
                    "ports below 1024 are for the administrator; give another --port"
                }
                _ => "give an address of this machine as --host: 127.0.0.1 for itself alone, 0.0.0.0 for all",
            },
            Self::Start(_) => "let the system allow more threads (ulimit -u, ulimit -v)",
        };
        Some(help.to_owned())
    }
}
