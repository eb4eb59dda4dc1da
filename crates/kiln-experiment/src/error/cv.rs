//! What can be wrong with a cross-validation.

use std::io;
use std::path::PathBuf;

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with a cross-validation.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CvError {
    /// Every item of a part weighs nothing: there is no mean.
    #[error("all {items} items of the {part} part of fold {fold} have weight 0, so its loss is undefined")]
    NoWeight {
        /// The fold, from 0.
        fold: usize,
        /// Its part.
        part: &'static str,
        /// Items of the part.
        items: usize,
    },
    /// No trial of a fold's search gave a model.
    #[error("none of the {trials} trials of fold {fold} finished; trial {number} failed: {reason}")]
    AllFailed {
        /// The fold, from 0.
        fold: usize,
        /// Trials of its search.
        trials: usize,
        /// The first trial that failed, from 0.
        number: u64,
        /// Why it failed.
        reason: String,
    },
    /// What kept a fold from its end, in the process that trained it.
    #[error("{message}")]
    Fold {
        /// The exit code that stands for the kind of the error.
        code: u8,
        /// The message of the error.
        message: String,
        /// Its help.
        help: Option<String>,
    },
    /// The process that trained a fold has ended.
    #[error("the process that trained fold {fold} has ended with {how}")]
    WorkerDied {
        /// The fold, from 0.
        fold: usize,
        /// The folder of the cross-validation.
        run: PathBuf,
        /// How the process ended.
        how: String,
    },
    /// No process for a job.
    #[error("cannot start a process for a job: {error}")]
    NoWorker {
        /// What the system said.
        error: io::Error,
    },
    /// The metric does not exist.
    #[error("there is no metric {name:?}; there are {known}")]
    Metric {
        /// What was asked for.
        name: String,
        /// The metrics that exist.
        known: String,
    },
    /// The fold does not exist.
    #[error("there is no fold {fold}: they are numbered from 0 to {}", folds - 1)]
    NoFold {
        /// What was asked for.
        fold: usize,
        /// How many folds there are.
        folds: usize,
    },
    /// Folds cannot be joined, because one is missing.
    #[error("fold {fold} of {} is not done", run.display())]
    FoldMissing {
        /// The fold, from 0.
        fold: usize,
        /// The folder of the cross-validation.
        run: PathBuf,
    },
    /// The run is not a cross-validation.
    #[error("{} is a run, but not one of `kiln cv`", run.display())]
    NotACv {
        /// The folder of the run.
        run: PathBuf,
    },
    /// The folder of a cross-validation with other settings.
    #[error("{} holds a cross-validation with other settings", run.display())]
    OtherCv {
        /// The folder.
        run: PathBuf,
    },
    /// Classes are wanted, and the target is numbers.
    #[error("--stratified is for classes, but the target is a number")]
    StratifiedNumbers,
    /// Groups and an order of time contradict each other.
    #[error("the rows are kept together by groups, and in the order of time: it must be one of them")]
    GroupAndTime,
    /// The folds of time train on parts of the past alone.
    #[error(
        "the rows are in the order of data.time, and a bag's models would train on what comes after the items that judge them"
    )]
    BagOfTime,
    /// A cross-validation has trained on all of its items.
    #[error("{} holds no items out: each is trained on by all of its models but one", run.display())]
    NothingHeldOut {
        /// The folder of the cross-validation.
        run: PathBuf,
    },
    /// Images have no columns.
    #[error("--group names a column, but images have no columns")]
    GroupOfImages,
    /// The data do not have the column.
    #[error("--group names the column {name:?}, but the data do not have it")]
    NoColumn {
        /// What was asked for.
        name: String,
        /// The column that was probably meant.
        nearest: Option<String>,
    },
}

impl Explain for CvError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoWeight { .. } => ErrorKind::Data,
            Self::AllFailed { .. } => ErrorKind::Diverged,
            Self::Metric { .. } | Self::NoFold { .. } | Self::FoldMissing { .. } => ErrorKind::Usage,
            Self::NotACv { .. } | Self::OtherCv { .. } | Self::StratifiedNumbers => ErrorKind::Usage,
            Self::BagOfTime | Self::NothingHeldOut { .. } => ErrorKind::Usage,
            Self::GroupAndTime | Self::GroupOfImages | Self::NoColumn { .. } => ErrorKind::Usage,
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
            Self::NoFold { .. } => "--fold counts from 0",
            Self::FoldMissing { fold, run } => {
                return Some(format!(
                    "train it with `kiln cv … --fold {fold} --dir {0}`, or all that are missing with `kiln resume {0}`",
                    run.display()
                ));
            }
            Self::NotACv { .. } => "`kiln cv` makes one",
            Self::OtherCv { .. } => "give --dir another folder, or the settings that it was begun with",
            Self::StratifiedNumbers => "leave out --stratified, or set data.task = \"classification\"",
            Self::GroupAndTime => "leave out data.group and --group, or data.time and --time",
            Self::BagOfTime => "leave out --bag, or data.time",
            Self::NothingHeldOut { .. } => {
                "measure other data with --data; its predictions.csv has each item predicted by the model that has not seen it; \
                 `kiln train --bag` holds a test part out"
            }
            Self::GroupOfImages => "--group works for tables",
            Self::NoColumn { nearest: Some(name), .. } => return Some(format!("did you mean {name:?}?")),
            Self::NoColumn { .. } => "`kiln data info` lists the columns; one in data.ignore is not read",
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
