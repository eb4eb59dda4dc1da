//! What cannot be weighed.

use kiln_core::{ErrorKind, Explain};

/// Why there are no weights.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnsembleError {
    /// There is nothing to choose from.
    #[error("there are no models to choose from")]
    NoModels,
    /// Predictions for different items.
    #[error("model {model} predicts {found} numbers where {expected} are expected")]
    Length {
        /// The model, from 0.
        model: usize,
        /// As many as the first model has.
        expected: usize,
        /// As many as it has.
        found: usize,
    },
    /// Nothing that a model predicts has a loss.
    #[error("no model's predictions have a loss that is a number")]
    NoLoss,
}

impl Explain for EnsembleError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoModels => ErrorKind::Usage,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoModels => "train more than one",
            Self::Length { .. } => "let all models predict the same items",
            Self::NoLoss => "leave out models that diverged",
        };
        Some(help.to_owned())
    }
}
