//! Every way in which a command can fail.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use kiln_config::Snippet;
use kiln_core::{ErrorKind, Explain};
use kiln_experiment::{ExperimentError, Streamed};
use kiln_serve::ServeError;

/// Every way in which a command can fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    /// What kiln's libraries say.
    #[error(transparent)]
    Experiment(ExperimentError),
    /// What keeps a model from being served.
    #[error(transparent)]
    Serve(ServeError),
    /// A flag that means nothing to a command.
    #[error("{flag} cannot be used with `kiln {command}`")]
    Flag { flag: &'static str, command: &'static str },
    /// Changes to a cross-validation that has begun.
    #[error("a cross-validation goes on as it was begun, without changes")]
    FixedCv,
    /// Logs are of one training.
    #[error("--log is for one training, and the preset best trains many")]
    LogOfSeveral,
    /// Ranks share the batches of one training.
    #[error("ranks share the batches of one training, and this trains several models")]
    RanksOfSeveral,
    /// A signal came while a file was being written.
    #[error("stopped: {} is as it was", path.display())]
    Stopped { path: PathBuf, code: u8 },
    /// Numbers have no probabilities.
    #[error("--proba is for classes, but the model predicts numbers")]
    ProbaOfNumbers,
    /// A binary file on a terminal.
    #[error("a Parquet file cannot be shown on a terminal")]
    BinaryOutput,
    /// What an experiment says of standard input, by its right name.
    #[error("{message}")]
    OfStream { message: String, error: Box<ExperimentError> },
    /// A file name that says nothing about the format.
    #[error("{} does not end in one of {known}", path.display())]
    UnknownFormat { path: PathBuf, known: &'static str },
    /// A chart in a format that kiln does not draw.
    #[error("{} does not end in .svg", path.display())]
    NotSvg { path: PathBuf },
    /// A picture in a format that kiln does not draw.
    #[error("{} does not end in .png", path.display())]
    NotPng { path: PathBuf },
    /// The configuration does not augment.
    #[error("the configuration has neither a section augment nor a section mix")]
    NothingToPreview,
    /// Rows of a table are no pictures.
    #[error("`kiln augment preview` draws images, but the data are a table")]
    PreviewOfTable,
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
}

/// Whatever a library says; an observer fails only where standard output does.
impl<E: Into<ExperimentError>> From<E> for CliError {
    fn from(error: E) -> Self {
        match error.into() {
            ExperimentError::Observer(error) => Self::Output(error),
            error => Self::Experiment(error),
        }
    }
}

impl CliError {
    /// Calls the file that `stream` was copied to by its right name.
    pub(crate) fn named(self, stream: &Streamed) -> Self {
        let Self::Experiment(error) = self else { return self };
        let (path, name) = (stream.path().display().to_string(), stream.name().display().to_string());
        Self::OfStream { message: error.one_line().replace(&path, &name), error: Box::new(error) }
    }

    /// Whether the reader of standard output has gone: no failure, and nobody to tell.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit code: that of its kind, or of the signal that came.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Stopped { code, .. } => *code,
            error => error.kind().exit_code(),
        }
    }

    /// The part of a configuration to show under the message.
    pub(crate) fn snippet(&self) -> Option<&Snippet> {
        match self {
            Self::Experiment(error) => error.place(),
            _ => None,
        }
    }
}

impl Explain for CliError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Experiment(error) => error.kind(),
            Self::Serve(error) => error.kind(),
            Self::OfStream { error, .. } => error.kind(),
            Self::Output(_) | Self::Stopped { .. } => ErrorKind::Io,
            _ => ErrorKind::Usage,
        }
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Experiment(error) => error.key(),
            _ => None,
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Experiment(error) => return error.help(),
            Self::Serve(error) => return error.help(),
            Self::OfStream { error, .. } => return error.help(),
            Self::UnknownFormat { .. } => "give the output a name that ends so, or say --format",
            Self::ProbaOfNumbers => {
                "leave it out; --mc N shows how sure a model with dropout is of each number"
            }
            Self::BinaryOutput => "give a file: --output predictions.parquet",
            Self::NotSvg { .. } => "give the output a name that ends in .svg",
            Self::NotPng { .. } => "give the output a name that ends in .png",
            Self::Flag { flag: "--dry-run", .. } => "`kiln train --dry-run` tries a configuration",
            Self::Flag { .. } => {
                "a run keeps its settings: `kiln train RUN/run.toml` trains anew with others"
            }
            Self::RanksOfSeveral => "leave --ranks out; `kiln cv --jobs` trains models side by side",
            Self::LogOfSeveral => "leave it out, or train with --preset good",
            Self::FixedCv => "begin another one: `kiln cv RUN/run.toml KEY=VALUE`",
            Self::NothingToPreview => {
                "try the recipe fashion-mnist-resnet, or augment.transforms=[{kind=\"horizontal-flip\"}]"
            }
            Self::PreviewOfTable => "there is nothing to draw; train with it: `kiln train`",
            Self::Output(_) | Self::Stopped { .. } => return None,
        };
        Some(help.to_owned())
    }
}
