//! What can be wrong with a cross-validation.

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with a cross-validation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum CvError {
    /// Every item of a part weighs nothing: there is no mean.
    #[error("all {items} items of the {part} part of fold {fold} weigh 0, and so it has no loss")]
    NoWeight { fold: usize, part: &'static str, items: usize },
    /// No trial of a fold's search gave a model.
    #[error("none of the {trials} trials of fold {fold} came to its end; trial {number} failed: {reason}")]
    AllFailed { fold: usize, trials: usize, number: u64, reason: String },
    /// A metric that there is not.
    #[error("there is no metric {name:?}; there are {known}")]
    Metric { name: String, known: String },
}

impl Explain for CvError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoWeight { .. } => ErrorKind::Data,
            Self::AllFailed { .. } => ErrorKind::Diverged,
            Self::Metric { .. } => ErrorKind::Usage,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoWeight { .. } => {
                "leave rows that weigh nothing out of the file, or cut other folds: --shuffle, or fewer --folds"
            }
            Self::Metric { .. } => "give --metric one of these, or leave it out",
            Self::AllFailed { .. } => "give other bounds, such as smaller learning rates",
        };
        Some(help.to_owned())
    }
}
