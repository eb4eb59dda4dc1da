//! Every way in which a command can fail.

use std::borrow::Cow;
use std::io;
use std::path::{Path, PathBuf};

use kiln_augment::AugmentError;
use kiln_config::{ConfigError, Snippet};
use kiln_core::device::DeviceError;
use kiln_core::{ErrorKind, Explain, NumberError, WeightsError};
use kiln_data::DataError;
use kiln_models::ModelError;
use kiln_objective::ObjectiveError;
use kiln_optim::OptimError;
use kiln_train::TrainError;
use kiln_validate::path::PathError;
use kiln_validate::search::SearchError;
use kiln_validate::split::SplitError;
use kiln_validate::statistics::StatisticsError;

use crate::command::{CvError, NoPath, TuneError};
use crate::run_dir::RunError;

/// Every way in which a command can fail.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Number(#[from] NumberError),
    #[error(transparent)]
    Device(#[from] DeviceError),
    /// Any of the others, with the line of the configuration that it is about.
    #[error("{error}")]
    Setting { error: Box<CliError>, place: Snippet },
    #[error(transparent)]
    Data(#[from] DataError),
    #[error(transparent)]
    Augment(#[from] AugmentError),
    #[error(transparent)]
    Model(#[from] ModelError),
    #[error(transparent)]
    Optim(#[from] OptimError),
    #[error(transparent)]
    Objective(#[from] ObjectiveError),
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Weights(#[from] WeightsError),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    RegularisationPath(#[from] PathError),
    #[error(transparent)]
    Split(#[from] SplitError),
    #[error(transparent)]
    Search(#[from] SearchError),
    #[error(transparent)]
    NoPath(#[from] NoPath),
    #[error(transparent)]
    Tune(#[from] TuneError),
    #[error(transparent)]
    Cv(#[from] CvError),
    #[error(transparent)]
    Statistics(#[from] StatisticsError),
    /// A cross-validation where a model is needed.
    #[error("{} is a cross-validation, which has no model of its own", run.display())]
    NoModel { run: PathBuf },
    /// A fold where a whole run is needed.
    #[error("this is a fold of the cross-validation {}", cv.display())]
    IsFold { cv: PathBuf },
    /// A fold that there is not.
    #[error("there is no fold {fold}: they are numbered from 0 to {}", folds - 1)]
    NoFold { fold: usize, folds: usize },
    /// Folds are to be joined, and one is missing.
    #[error("fold {fold} of {} is not done", run.display())]
    FoldMissing { fold: usize, run: PathBuf },
    /// A run that is no cross-validation.
    #[error("{} is a run, but not one of `kiln cv`", run.display())]
    NotACv { run: PathBuf },
    /// The folder of a cross-validation with other settings.
    #[error("{} holds a cross-validation with other settings", run.display())]
    OtherCv { run: PathBuf },
    /// Classes are wanted, and the target is numbers.
    #[error("--stratified is for classes, and the target is a number")]
    StratifiedNumbers,
    /// Images have no columns.
    #[error("--group names a column, and images have none")]
    GroupOfImages,
    /// The data have no such column.
    #[error("--group names the column {name:?}, which the data do not have")]
    NoColumn { name: String, nearest: Option<String> },
    /// The data are not those that the run was started with.
    #[error("the data {name:?} are not those that {} was trained on: their fingerprints differ", run.display())]
    DataChanged { name: String, run: PathBuf },
    /// Nothing has been saved yet.
    #[error("{} holds no checkpoint", run.display())]
    NoCheckpoint { run: PathBuf },
    /// A part of the data that is asked for holds nothing.
    #[error("the {part} part of the data is empty")]
    EmptyPart { part: &'static str },
    /// A flag that means nothing to a command.
    #[error("{flag} cannot be used with `kiln {command}`")]
    Flag { flag: &'static str, command: &'static str },
    /// Predictions would replace what is predicted from.
    #[error("{} is the input: the output would replace it", path.display())]
    OutputIsInput { path: PathBuf },
    /// The loss is for classes, the target is numbers.
    #[error("loss.kind {loss} is for two classes, and the target is a number")]
    BinaryNumbers { loss: &'static str },
    /// The loss counts, and the target is standardised.
    #[error("loss.kind poisson-nll needs counts as they are, and data.standardize changes them")]
    StandardizedCounts,
    /// The loss counts, and the target is below 0.
    #[error("loss.kind poisson-nll needs counts, and row {row} of column {column:?} is {value}")]
    NegativeCount { row: usize, column: String, value: f32 },
    /// There is no optimum to be certain of where every epoch has other items.
    #[error("train.solver and train.kkt_tolerance are for items as they are, and the training is augmented")]
    AugmentedConvex,
    /// Views are of images.
    #[error("--tta is for images, and the data are a table")]
    ViewsOfTable,
    /// Every pass would be the same.
    #[error("--mc needs a model with dropout, and this one has none")]
    NoDropout,
    /// A file name that says nothing about the format.
    #[error("{} ends neither in .csv nor in .jsonl", path.display())]
    UnknownFormat { path: PathBuf },
    /// A picture in a format that there is not.
    #[error("{} does not end in .svg", path.display())]
    NotSvg { path: PathBuf },
    /// A picture in a format that there is not.
    #[error("{} does not end in .png", path.display())]
    NotPng { path: PathBuf },
    /// Training sees the items as they are.
    #[error("the configuration has neither a section augment nor a section mix")]
    NothingToPreview,
    /// Rows of a table are no pictures.
    #[error("`kiln augment preview` draws images, and the data are a table")]
    PreviewOfTable,
    /// A path that cannot be written down.
    #[error("the path {} is not valid UTF-8", path.display())]
    Path { path: PathBuf },
    /// Something that cannot happen did.
    #[error("{0}")]
    Internal(String),
    /// Standard output cannot be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// A file cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Write { path: PathBuf, error: io::Error },
}

impl CliError {
    /// Whether the reader of standard output has gone: no failure, and nobody to tell.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The part of a configuration to show under the message.
    pub(crate) fn snippet(&self) -> Option<&Snippet> {
        match self {
            Self::Config(error) => error.place(),
            Self::Setting { place, .. } => Some(place),
            _ => None,
        }
    }

    pub(crate) fn path(path: &Path) -> Self {
        Self::Path { path: path.to_owned() }
    }

    pub(crate) fn internal(error: impl ToString) -> Self {
        Self::Internal(error.to_string())
    }

    pub(crate) fn damaged(path: &Path, reason: &str) -> Self {
        Self::Train(TrainError::Damaged { path: path.to_owned(), reason: reason.to_owned() })
    }

    fn inner(&self) -> Option<&dyn Explain> {
        Some(match self {
            Self::Config(error) => error,
            Self::Number(error) => error,
            Self::Device(error) => error,
            Self::Data(error) => error,
            Self::Augment(error) => error,
            Self::Model(error) => error,
            Self::Optim(error) => error,
            Self::Run(error) => error,
            Self::Objective(error) => error,
            Self::Train(error) => error,
            Self::Weights(error) => error,
            Self::RegularisationPath(error) => error,
            Self::Split(error) => error,
            Self::Search(error) => error,
            Self::NoPath(error) => error,
            Self::Tune(error) => error,
            Self::Cv(error) => error,
            Self::Statistics(error) => error,
            _ => return None,
        })
    }
}

impl Explain for CliError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Setting { error, .. } => error.kind(),
            Self::DataChanged { .. } | Self::EmptyPart { .. } | Self::NegativeCount { .. } => ErrorKind::Data,
            Self::NoCheckpoint { .. } => ErrorKind::Checkpoint,
            Self::NoModel { .. } | Self::IsFold { .. } => ErrorKind::Usage,
            Self::NoFold { .. } | Self::FoldMissing { .. } | Self::NotACv { .. } | Self::OtherCv { .. } => {
                ErrorKind::Usage
            }
            Self::StratifiedNumbers | Self::GroupOfImages | Self::NoColumn { .. } => ErrorKind::Usage,
            Self::Flag { .. } | Self::OutputIsInput { .. } | Self::BinaryNumbers { .. } => ErrorKind::Usage,
            Self::NotPng { .. } | Self::NothingToPreview | Self::PreviewOfTable => ErrorKind::Usage,
            Self::StandardizedCounts | Self::AugmentedConvex | Self::ViewsOfTable | Self::NoDropout => {
                ErrorKind::Usage
            }
            Self::UnknownFormat { .. } | Self::NotSvg { .. } | Self::Path { .. } => ErrorKind::Usage,
            Self::Internal(_) => ErrorKind::Internal,
            _ => self.inner().map_or(ErrorKind::Io, Explain::kind),
        }
    }

    fn help(&self) -> Option<String> {
        let help = match self {
            Self::Setting { error, .. } => return error.help(),
            Self::DataChanged { .. } => "train anew with `kiln train`, or bring the old data back",
            Self::NoModel { run } => {
                return Some(format!(
                    "train one from all of the data: `kiln train {}/run.toml`",
                    run.display()
                ));
            }
            Self::IsFold { cv } => {
                return Some(format!(
                    "its scores are in fold.json; `kiln resume {}` goes on with all folds",
                    cv.display()
                ));
            }
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
            Self::GroupOfImages => "--group works for tables",
            Self::NoColumn { nearest: Some(name), .. } => return Some(format!("did you mean {name:?}?")),
            Self::NoColumn { .. } => "`kiln data info` lists the columns; one in data.ignore is not read",
            Self::NoCheckpoint { .. } => "train it first: `kiln resume` goes on, or starts over",
            Self::EmptyPart { .. } => "hold items out with data.validation or data.test, and train again",
            Self::UnknownFormat { .. } => "give the output a name that ends in .csv or .jsonl",
            Self::NotSvg { .. } => "give the output a name that ends in .svg",
            Self::Flag { flag: "--dry-run", .. } => "`kiln train --dry-run` tries a configuration",
            Self::Flag { .. } => {
                "a run keeps its settings: `kiln train RUN/run.toml` trains anew with others"
            }
            Self::OutputIsInput { .. } => "give the output another name",
            Self::StandardizedCounts => "set data.standardize = false",
            Self::NegativeCount { .. } => "correct the number, or take another loss, such as mse",
            Self::NotPng { .. } => "give the output a name that ends in .png",
            Self::NothingToPreview => {
                "try the recipe fashion-mnist-resnet, or augment.transforms=[{kind=\"horizontal-flip\"}]"
            }
            Self::PreviewOfTable => "train with it: `kiln train`; there is nothing to draw",
            Self::NoDropout => "train with model.dropout=0.2, or leave --mc out",
            Self::ViewsOfTable => "leave --tta out",
            Self::AugmentedConvex => "leave the sections augment and mix out",
            Self::BinaryNumbers { .. } => {
                "for a column of 0 and 1 set data.task = \"classification\"; for numbers take mse"
            }
            _ => return self.inner().and_then(Explain::help),
        };
        Some(help.to_owned())
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Setting { error, .. } => error.key(),
            Self::BinaryNumbers { .. } | Self::StandardizedCounts | Self::NegativeCount { .. } => {
                Some(Cow::Borrowed("loss.kind"))
            }
            _ => self.inner().and_then(Explain::key),
        }
    }
}
