//! A number that is out of its range, with the line that set it.

use kiln_core::{ErrorKind, Explain, NumberError};

use super::origin::Snippet;

/// A [`NumberError`] of any crate, with the place in the configuration that set the number.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub(crate) struct OutOfRange {
    pub(crate) error: NumberError,
    pub(crate) place: Option<Snippet>,
}

impl Explain for OutOfRange {
    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }

    fn help(&self) -> Option<String> {
        self.error.help()
    }
}
