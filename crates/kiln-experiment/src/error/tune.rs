//! What can be wrong with a search.

use std::borrow::Cow;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with a search.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TuneError {
    /// A setting without which two trials cannot be compared.
    #[error("{key} cannot vary: trials with different values of it could not be compared")]
    Fixed {
        /// The setting.
        key: String,
    },
    /// Nothing to judge by.
    #[error("there is no validation part to judge trials by")]
    NoValidation,
    /// The study does not exist.
    #[error("there is no study {name:?} in {}", folder.display())]
    NotFound {
        /// What was looked for.
        name: String,
        /// The folder of all runs.
        folder: PathBuf,
    },
    /// The record of a study is damaged.
    #[error("{} is damaged: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// No trial gave a model.
    #[error("none of {trials} trials finished; trial {number} failed: {reason}")]
    AllFailed {
        /// Trials that ended.
        trials: usize,
        /// The first trial that failed, from 0.
        number: u64,
        /// Why it failed.
        reason: String,
    },
    /// Nothing to make an ensemble of.
    #[error("no trial of {} was trained to its end", study.display())]
    NothingDone {
        /// The folder of the search.
        study: PathBuf,
    },
    /// Trials that were judged by other items.
    #[error("trial {number} has another validation part than trial {best}")]
    OtherItems {
        /// The trial.
        number: u64,
        /// The best one.
        best: u64,
    },
    /// The folder of a search with other settings.
    #[error("{} holds a search with other settings", folder.display())]
    OtherStudy {
        /// The folder.
        folder: PathBuf,
    },
}

impl Explain for TuneError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Fixed { .. } | Self::NotFound { .. } | Self::OtherStudy { .. } => ErrorKind::Usage,
            Self::NothingDone { .. } | Self::OtherItems { .. } => ErrorKind::Usage,
            Self::NoValidation => ErrorKind::Data,
            Self::Record { .. } => ErrorKind::Checkpoint,
            Self::AllFailed { .. } => ErrorKind::Diverged,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Fixed { key } => Some(key.into()),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Fixed { .. } => "vary settings of model, optim, schedule, train, penalty or loss",
            Self::NoValidation => "hold items out with data.validation, such as data.validation=0.2",
            Self::NotFound { .. } => "`kiln tune CONFIG 'optim.lr=log(1e-5,1e-1)'` begins one",
            Self::AllFailed { .. } => "start a study with other bounds, such as smaller learning rates",
            Self::NothingDone { .. } => "`kiln tune --resume` goes on",
            Self::OtherItems { .. } => {
                "an ensemble is of trials on the same items: let neither seed nor data.validation vary"
            }
            Self::OtherStudy { .. } => "give it another folder, or the settings that it was begun with",
            Self::Record { .. } => return None,
        };
        Some(help.to_owned())
    }
}
