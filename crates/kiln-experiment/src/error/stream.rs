//! What keeps standard input or a pipe from being read.

use std::io;

use kiln_core::{ErrorKind, Explain};

/// Standard input or a pipe cannot be read, or there is no room for it.
#[derive(Debug, thiserror::Error)]
#[error("cannot read {name}: {error}")]
#[non_exhaustive]
pub struct StreamError {
    /// What it is called.
    pub name: String,
    /// What the system said.
    pub error: io::Error,
}

impl Explain for StreamError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Io
    }

    fn help(&self) -> Option<String> {
        None
    }
}
