//! What can be wrong with the folder of a run.

use std::io;
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};

/// What can be wrong with the folder of a run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// No run has this name.
    #[error("there is no run {name:?} in {}", folder.display())]
    NotFound {
        /// What was looked for.
        name: String,
        /// The folder of all runs.
        folder: PathBuf,
        /// The run that was probably meant.
        nearest: Option<String>,
    },
    /// Several runs have this name in theirs.
    #[error("{name:?} is the beginning or a part of {} runs: {}", matches.len(), shown(matches))]
    Ambiguous {
        /// What was looked for.
        name: String,
        /// The names of the runs.
        matches: Vec<String>,
    },
    /// A folder without a configuration.
    #[error("{} is not the folder of a run: it holds no run.toml", path.display())]
    NotARun {
        /// The folder.
        path: PathBuf,
    },
    /// A folder that holds nothing that kiln has made.
    #[error("{} holds no run, cross-validation, search, path, curve or comparison", path.display())]
    NotOfKiln {
        /// The folder.
        path: PathBuf,
    },
    /// Folders of several kinds where they should stand side by side.
    #[error("{} holds {}, and {} {}", one.0.display(), one.1, other.0.display(), other.1)]
    OtherKinds {
        /// The first folder, and what it holds in words.
        one: (PathBuf, &'static str),
        /// The first that holds something else.
        other: (PathBuf, &'static str),
    },
    /// A file of the run cannot be understood.
    #[error("{} is damaged: {reason}", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A line of `metrics.jsonl` cannot be understood.
    #[error("{} is damaged in line {line}: {reason}", path.display())]
    Metrics {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// The data are not those that the run was started with.
    #[error("the data {name:?} are not those that {} was trained on: their fingerprints differ", run.display())]
    DataChanged {
        /// What the data set is called.
        name: String,
        /// The folder of the run.
        run: PathBuf,
    },
    /// The file of the tokeniser is not as it was when the run began.
    #[error(
        "{} is not the tokeniser that {} was begun with: the file has changed, or is not there",
        path.display(), run.display()
    )]
    TokenizerChanged {
        /// The file.
        path: PathBuf,
        /// The folder of the run.
        run: PathBuf,
    },
    /// Nothing has been saved yet.
    #[error("{} holds no checkpoint", run.display())]
    NoCheckpoint {
        /// The folder of the run.
        run: PathBuf,
    },
    /// A cross-validation where a model is needed.
    #[error("{} is a cross-validation, which has no model of its own", run.display())]
    NoModel {
        /// The folder of the cross-validation.
        run: PathBuf,
    },
    /// Several runs where one model is needed.
    #[error("{} is an ensemble: several runs, whose weighted mean it predicts", run.display())]
    OfSeveral {
        /// The folder of the ensemble.
        run: PathBuf,
    },
    /// An ensemble whose runs are not all trained.
    #[error("the runs of {} are not all trained", run.display())]
    NotDone {
        /// The folder of the ensemble.
        run: PathBuf,
    },
    /// A fold where a whole run is needed.
    #[error("this is a fold of the cross-validation {}", cv.display())]
    IsFold {
        /// The folder of the cross-validation.
        cv: PathBuf,
    },
    /// A path that cannot be written down.
    #[error("the path {} is not valid UTF-8", path.display())]
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// The folder of a run was deleted by somebody while it was at work.
    #[error("{} was deleted while the run was at work; what it wrote is lost", path.display())]
    Deleted {
        /// The folder of the run.
        path: PathBuf,
    },
    /// Another process is at work on the run.
    #[error("another process is using {}", path.display())]
    Busy {
        /// The folder of the run.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot {action} {}: {error}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
}

impl RunError {
    /// For `map_err`: the operating system refused to `action` `path`.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| Self::Io { action, path, error }
    }

    /// For `map_err`: a file of a run could not be read. What is no file at all (a folder, a device, a pipe) is damage.
    pub(crate) fn read(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |error| match error.raw_os_error() {
            Some(_) => Self::Io { action: "read", path, error },
            None => Self::Record { path, reason: error.to_string() },
        }
    }
}

impl Explain for RunError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound { .. }
            | Self::Ambiguous { .. }
            | Self::NotARun { .. }
            | Self::NotOfKiln { .. }
            | Self::OtherKinds { .. } => ErrorKind::Usage,
            Self::NoModel { .. } | Self::IsFold { .. } | Self::NotUtf8 { .. } => ErrorKind::Usage,
            Self::OfSeveral { .. } | Self::NotDone { .. } => ErrorKind::Usage,
            Self::DataChanged { .. } | Self::TokenizerChanged { .. } => ErrorKind::Data,
            Self::Record { .. } | Self::Metrics { .. } | Self::NoCheckpoint { .. } => ErrorKind::Checkpoint,
            Self::Busy { .. } => ErrorKind::Busy,
            Self::Deleted { .. } | Self::Io { .. } => ErrorKind::Io,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::NotFound { nearest: Some(name), .. } => Some(format!("did you mean {name:?}?")),
            Self::NotFound { .. } | Self::NotARun { .. } | Self::NotOfKiln { .. } => {
                Some("`kiln runs ls` shows the runs; --runs-dir looks elsewhere".to_owned())
            }
            Self::OtherKinds { .. } => Some("write a page for each".to_owned()),
            Self::Ambiguous { .. } => Some("write more of the name".to_owned()),
            Self::Busy { .. } => Some("wait for it, or stop it".to_owned()),
            Self::DataChanged { .. } => {
                Some("train anew with `kiln train`, or bring the old data back".to_owned())
            }
            Self::TokenizerChanged { .. } => Some(
                "bring the old file back, or train anew with `kiln train`; what is trained needs no file: its checkpoint has the tokeniser"
                    .to_owned(),
            ),
            Self::NoCheckpoint { .. } => {
                Some("train it first: `kiln resume` goes on, or starts over".to_owned())
            }
            Self::NoModel { run } => Some(format!(
                "train one from all of the data: `kiln train {}/run.toml`; or cross-validate with --keep-models: \
                     then the mean of its models is predicted",
                run.display()
            )),
            Self::OfSeveral { .. } => Some("name one of its runs: ensemble.json lists them".to_owned()),
            Self::NotDone { run } => Some(format!("`kiln resume {}` goes on", run.display())),
            Self::IsFold { cv } => Some(format!(
                "its scores are in fold.json; `kiln resume {}` goes on with all folds",
                cv.display()
            )),
            Self::Deleted { .. } => Some("train it again".to_owned()),
            Self::Record { .. } | Self::Metrics { .. } | Self::NotUtf8 { .. } | Self::Io { .. } => None,
        }
    }
}

fn shown(names: &[String]) -> String {
    let mut text = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 5 {
        text.push_str(", …");
    }
    text
}
