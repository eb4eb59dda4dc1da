//! What can be wrong with a cross-validation.

use std::io;
use std::path::PathBuf;

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
    /// What kept a fold from its end, in the process that trained it.
    #[error("{message}")]
    Fold { code: u8, message: String, help: Option<String> },
    /// The process that trained a fold has ended.
    #[error("the process that trained fold {fold} has ended with {how}")]
    WorkerDied { fold: usize, run: PathBuf, how: String },
    /// No process for a job.
    #[error("cannot start a process for a job: {error}")]
    NoWorker { error: io::Error },
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
            Self::Fold { code, .. } => kind_of(*code),
            Self::WorkerDied { .. } | Self::NoWorker { .. } => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::NoWeight { .. } => {
                "leave rows that weigh nothing out of the file, or cut other folds: --shuffle, or fewer --folds"
            }
            Self::Metric { .. } => "give --metric one of these, or leave it out",
            Self::AllFailed { .. } => "give other bounds, such as smaller learning rates",
            Self::NoWorker { .. } => "train one fold at a time: --jobs 1",
            Self::Fold { help, .. } => return help.clone(),
            Self::WorkerDied { run, .. } => {
                let run = run.display();
                return Some(format!(
                    "`kiln resume {run}` goes on; where memory was short, give fewer --jobs from the start"
                ));
            }
        };
        Some(help.to_owned())
    }
}

/// The kind with this exit code.
fn kind_of(code: u8) -> ErrorKind {
    use ErrorKind::{Busy, Checkpoint, Data, Diverged, Internal, Io, Usage};
    let kinds = [Usage, Data, Diverged, Checkpoint, Busy, Io];
    kinds.into_iter().find(|kind| kind.exit_code() == code).unwrap_or(Internal)
}
