//! What can be wrong with a search.

use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with a search.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum TuneError {
    /// A setting without which two trials cannot be compared.
    #[error("{key} cannot vary: trials with different values of it could not be compared")]
    Fixed { key: String },
    /// Nothing to judge by.
    #[error("there is no validation part to judge trials by")]
    NoValidation,
    /// There is no such study.
    #[error("there is no study {name:?} in {}", folder.display())]
    NotFound { name: String, folder: PathBuf },
    /// The record of a study is damaged.
    #[error("{} is damaged: {reason}", path.display())]
    Record { path: PathBuf, reason: String },
    /// No trial gave a model.
    #[error("none of {trials} trials came to its end; trial {number} failed: {reason}")]
    AllFailed { trials: usize, number: u64, reason: String },
}

impl Explain for TuneError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Fixed { .. } | Self::NotFound { .. } => ErrorKind::Usage,
            Self::NoValidation => ErrorKind::Data,
            Self::Record { .. } => ErrorKind::Checkpoint,
            Self::AllFailed { .. } => ErrorKind::Diverged,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Fixed { .. } => "vary settings of model, optim, schedule, train, penalty or loss",
            Self::NoValidation => "hold items out with data.validation, such as data.validation=0.2",
            Self::NotFound { .. } => "`kiln tune CONFIG 'optim.lr=log(1e-5,1e-1)'` begins one",
            Self::AllFailed { .. } => "start a study with other bounds, such as smaller learning rates",
            Self::Record { .. } => return None,
        };
        Some(help.to_owned())
    }
}
