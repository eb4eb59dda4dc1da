//! An error with the line of the configuration that it is about.

use kiln_config::Resolved;
use kiln_core::Explain;

use crate::error::CliError;

/// Puts the line of a setting under an error.
pub(crate) trait Locate {
    /// The error with the line that set what it is about, by its [`Explain::key`].
    fn locate(&self, error: impl Into<CliError>) -> CliError;

    /// The error with the line that set `key`.
    fn locate_at(&self, key: &str, error: impl Into<CliError>) -> CliError;
}

impl Locate for Resolved {
    fn locate(&self, error: impl Into<CliError>) -> CliError {
        let error = error.into();
        match error.key().map(|key| key.into_owned()) {
            Some(key) => self.locate_at(&key, error),
            None => error,
        }
    }

    fn locate_at(&self, key: &str, error: impl Into<CliError>) -> CliError {
        let error = error.into();
        match self.place(key) {
            Some(place) if error.snippet().is_none() => CliError::Setting { error: Box::new(error), place },
            _ => error,
        }
    }
}
