//! Errors with the line of the configuration that they are about.

use kiln_config::Resolved;

use super::experiment::ExperimentError;

/// Adds the line of a configuration to an error.
pub(crate) trait Locate {
    /// The error with the line that set the key that the error carries.
    fn locate(&self, error: impl Into<ExperimentError>) -> ExperimentError;

    /// The error with the line that set `key`.
    fn locate_at(&self, key: &str, error: impl Into<ExperimentError>) -> ExperimentError;
}

impl Locate for Resolved {
    fn locate(&self, error: impl Into<ExperimentError>) -> ExperimentError {
        ExperimentError::at(error, self)
    }

    fn locate_at(&self, key: &str, error: impl Into<ExperimentError>) -> ExperimentError {
        ExperimentError::at_key(error, key, self)
    }
}
