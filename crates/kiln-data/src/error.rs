//! Everything that can be wrong with data.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::check::Inconsistency;
use crate::place::Place;
use crate::preprocess::Mismatch;
use crate::source::csv::CsvProblem;
use crate::source::idx::IdxProblem;
use crate::source::images::ImageProblem;

/// Why data cannot be used. Rows and items of a data set are counted from 0, those of a file from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// `data.source` is neither a set nor a format.
    #[error("there is no data source {name:?}")]
    UnknownSource {
        /// What was asked for.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// The format is read from a path, and none was given.
    #[error("the data source {name} needs a path")]
    PathNeeded {
        /// The format.
        name: String,
    },
    /// A setting that this source has no use for.
    #[error("{setting} means nothing for the data source {name}")]
    Unused {
        /// The setting, as `data.path`.
        setting: &'static str,
        /// The source.
        name: String,
    },
    /// `data.target` or `data.ignore` names a column that the file lacks.
    #[error("{setting} names the column {name:?}, which {} does not have", path.display())]
    UnknownColumn {
        /// The setting, as `data.target`.
        setting: &'static str,
        /// The name in the setting.
        name: String,
        /// The file.
        path: PathBuf,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// A column is to be predicted and left out.
    #[error("the column {name:?} is in data.target and in data.ignore")]
    TargetIgnored {
        /// The name of the column.
        name: String,
    },
    /// The column of weights has another role, too.
    #[error("the column {name:?} is in data.weight and in {setting}")]
    WeightTaken {
        /// The name of the column.
        name: String,
        /// The other setting, as `data.target`.
        setting: &'static str,
    },
    /// A weight that is negative, infinite or NaN.
    #[error("row {row} has the weight {value}: it must be finite and not negative")]
    Weight {
        /// The row.
        row: usize,
        /// Its weight.
        value: f32,
    },
    /// A part in which no item counts.
    #[error("all {items} items of the {part} part have the weight 0")]
    NoWeight {
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// How many there are.
        items: usize,
    },
    /// Several target columns, and classes asked for.
    #[error("data.target names {targets} columns; only regression predicts several")]
    SeveralClassTargets {
        /// Number of target columns.
        targets: usize,
    },
    /// There is nothing at the path.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// A file is needed.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A folder is needed.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// A set that is not bundled is not on this machine.
    #[error("the data set {name} is not here; looked in {}", list(looked))]
    NotInstalled {
        /// The set.
        name: &'static str,
        /// The folders that were searched.
        looked: Vec<PathBuf>,
    },
    /// The operating system does not let us read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
    /// The contents do not fit in memory.
    #[error("{} needs {bytes} bytes of memory, which are not to be had", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// The memory that was asked for.
        bytes: u64,
    },
    /// Somebody wrote to the file between its two readings.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Every item has the same class.
    #[error("{}: every item is of the class {class:?}, so there is nothing to tell apart", path.display())]
    OneClass {
        /// The file or folder.
        path: PathBuf,
        /// The class.
        class: String,
    },
    /// A CSV file is wrong at a place.
    #[error("{place}: {problem}")]
    Csv {
        /// Where.
        place: Place,
        /// What.
        problem: Box<CsvProblem>,
    },
    /// An IDX file is wrong.
    #[error("{}: {problem}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What.
        problem: Box<IdxProblem>,
    },
    /// An image, or a folder of images, is wrong.
    #[error("{}: {problem}", path.display())]
    Image {
        /// The file or folder.
        path: PathBuf,
        /// What.
        problem: Box<ImageProblem>,
    },
    /// A setting of `[data]` is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Every row is held out.
    #[error("nothing is left to train on: all {rows} rows are held out")]
    NoTraining {
        /// Rows of the data set.
        rows: usize,
    },
    /// The parts of the data set do not fit together.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistency),
    /// Data that does not have the columns, images or targets that the preprocessing was fitted on.
    #[error("this data does not fit the preprocessing: {0}")]
    Mismatch(#[from] Mismatch),
    /// A numeric column of which the training part holds no value at all.
    #[error("column {column:?} has no value in any row of the training part")]
    NoValues {
        /// The name of the column.
        column: String,
    },
    /// A step for tables, and images to do it with.
    #[error("{setting} is for tables, and these data are images")]
    NeedsTable {
        /// The setting, as `data.pca`.
        setting: &'static str,
    },
    /// `data.whiten` without `data.pca`.
    #[error("data.whiten needs data.pca: it scales principal components")]
    WhitenAlone,
    /// An encoding by the target where every column holds numbers.
    #[error("data.encode = \"target\" has nothing to encode: no column holds categories")]
    NoCategories,
    /// An encoding by the target of a training part that cannot be cut.
    #[error("data.encode = \"target\" needs two training rows at least")]
    NoInnerFolds,
    /// Rows that are to be encoded as training rows and are none, or no longer have the targets they had.
    #[error("these rows are not the training part that the preprocessing was fitted on")]
    NotTheTrainingPart,
    /// Principal components of columns that are all constant.
    #[error("data.pca finds no variance: every column is constant in the training part")]
    NoVariance,
    /// A number that is infinite, too large once it is scaled, or missing where none may be.
    #[error("row {row} of column {column:?} is {value}: it must be finite, also after scaling")]
    NotFinite {
        /// The name of the column.
        column: String,
        /// The row.
        row: usize,
        /// The number.
        value: f32,
    },
    /// Stored preprocessing that no fit can have made.
    #[error("the stored preprocessing is damaged: {what}")]
    Damaged {
        /// What cannot be.
        what: &'static str,
    },
    /// No item to make a batch of.
    #[error("there is no item to make a batch of")]
    NoItems,
    /// A source panicked.
    #[error("the source of batch {batch} panicked: {message}")]
    Panicked {
        /// Which batch of the epoch, from 0.
        batch: usize,
        /// What the panic said.
        message: String,
    },
    /// An item of a data set of yours could not be read.
    #[error("item {index} could not be read")]
    Item {
        /// Which item, from 0.
        index: usize,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DataError {
    /// The place in a text file that the error is about, where there is one.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Csv { place, .. } if place.line > 0 => Some(place.clone()),
            _ => None,
        }
    }

    /// What the operating system said about `path`.
    pub(crate) fn read(path: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path: path.to_owned() },
            std::io::ErrorKind::NotADirectory => Self::NotAFolder { path: path.to_owned() },
            std::io::ErrorKind::IsADirectory => Self::NotAFile { path: path.to_owned() },
            _ => Self::Read { path: path.to_owned(), error },
        }
    }

    pub(crate) fn idx(path: &Path, problem: IdxProblem) -> Self {
        Self::Idx { path: path.to_owned(), problem: Box::new(problem) }
    }

    pub(crate) fn image(path: &Path, problem: ImageProblem) -> Self {
        Self::Image { path: path.to_owned(), problem: Box::new(problem) }
    }
}

impl Explain for DataError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSource { .. }
            | Self::PathNeeded { .. }
            | Self::Unused { .. }
            | Self::UnknownColumn { .. }
            | Self::TargetIgnored { .. }
            | Self::WeightTaken { .. }
            | Self::NeedsTable { .. }
            | Self::WhitenAlone
            | Self::NoCategories
            | Self::SeveralClassTargets { .. } => ErrorKind::Usage,
            Self::Read { .. } => ErrorKind::Io,
            Self::Number(error) => error.kind(),
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::Panicked { .. } => ErrorKind::Internal,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnknownSource { nearest: Some(name), .. } => format!("did you mean {name:?}?"),
            Self::UnknownSource { .. } => "use one of the sources that `kiln data list` shows".to_owned(),
            Self::PathNeeded { .. } => "set data.path, or give --data PATH".to_owned(),
            Self::Unused { setting, .. } => format!("leave {setting} out, or choose another data.source"),
            Self::NeedsTable { setting } => format!("leave {setting} out"),
            Self::NoCategories => "leave data.encode out: numbers are columns as they are".to_owned(),
            Self::WhitenAlone => "set data.pca, or leave data.whiten out".to_owned(),
            Self::UnknownColumn { nearest: Some(nearest), .. } => format!("did you mean {nearest:?}?"),
            Self::UnknownColumn { setting, .. } => format!("set {setting} to names from the first line"),
            Self::NoWeight { .. } => "give some of them a weight, or hold out other items (seed)".to_owned(),
            Self::TargetIgnored { .. } | Self::WeightTaken { .. } => {
                "take it out of one of the two".to_owned()
            }
            Self::SeveralClassTargets { .. } => {
                "name one target, or set data.task = \"regression\"".to_owned()
            }
            Self::NotFound { .. } => "check the path (data.path, or --data)".to_owned(),
            Self::NotAFile { .. } => "give the path of a file".to_owned(),
            Self::NotAFolder { .. } => "give the path of a folder".to_owned(),
            Self::NotInstalled { name, .. } => format!("apt-get install dataset-{name}, or set --data"),
            Self::TooLarge { .. } => "use fewer or smaller items".to_owned(),
            Self::Changed { .. } => "start again once nothing writes to it".to_owned(),
            Self::OneClass { .. } => "add items of another class, or check data.target".to_owned(),
            Self::Csv { problem, .. } => return problem.help(),
            Self::Idx { problem, .. } => return problem.help(),
            Self::Image { problem, .. } => return problem.help(),
            Self::NoTraining { .. } => "add rows, or hold out fewer of them for the test".to_owned(),
            Self::NoValues { column } | Self::NotFinite { column, .. } => {
                format!("correct its values, or leave it out with data.ignore = [{column:?}]")
            }
            Self::Mismatch(_) => "give data with the columns of the training data".to_owned(),
            Self::Damaged { .. } => "use another checkpoint of the run".to_owned(),
            _ => return None,
        })
    }

    fn key(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Number(error) => error.key(),
            Self::UnknownSource { .. } | Self::PathNeeded { .. } => Some(Cow::Borrowed("data.source")),
            Self::Unused { setting, .. }
            | Self::UnknownColumn { setting, .. }
            | Self::NeedsTable { setting } => Some(Cow::Borrowed(setting)),
            Self::TargetIgnored { .. } => Some(Cow::Borrowed("data.ignore")),
            Self::WeightTaken { .. } => Some(Cow::Borrowed("data.weight")),
            Self::SeveralClassTargets { .. } => Some(Cow::Borrowed("data.target")),
            Self::WhitenAlone => Some(Cow::Borrowed("data.whiten")),
            Self::NoCategories | Self::NoInnerFolds => Some(Cow::Borrowed("data.encode")),
            Self::NoVariance => Some(Cow::Borrowed("data.pca")),
            _ => None,
        }
    }
}

/// Paths in words: `a`, `a, b`.
fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operating_system_errors_keep_their_kinds_apart() {
        use std::io::{Error, ErrorKind as Io};
        let kind = |io| DataError::read(Path::new("a.csv"), Error::from(io)).kind();
        assert_eq!(kind(Io::NotFound), ErrorKind::Data);
        assert_eq!(kind(Io::PermissionDenied), ErrorKind::Io);
    }
}
