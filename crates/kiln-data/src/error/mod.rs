//! Everything that can be wrong with data.

mod file;
mod inconsistency;
mod row;
mod setting;

use std::borrow::Cow;
use std::path::Path;

use kiln_core::{ErrorKind, Explain, NumberError};

pub use file::FileError;
pub use inconsistency::Inconsistency;
pub use row::RowError;
pub use setting::SettingError;

use crate::position::FilePosition;
use crate::preprocess::{Mismatch, Unseen};
use crate::source::idx::IdxProblem;
use crate::source::images::ImageProblem;
use crate::source::{SeriesProblem, TextProblem};
use crate::tokenizer::TokenizerError;

/// Why data cannot be used. Rows and items of a data set are counted from 0, those of a file from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A setting of `[data]` does not fit the others, or the data.
    #[error(transparent)]
    Setting(#[from] SettingError),
    /// A setting of `[data]` is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// A file or folder cannot be read, or is malformed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The parts of the data set do not fit together.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistency),
    /// The data have other inputs or targets than the preprocessing was fitted on.
    #[error("this data does not fit the preprocessing: {0}")]
    Mismatch(#[from] Mismatch),
    /// A row that a program gives is not what the model takes.
    #[error(transparent)]
    Row(#[from] RowError),
    /// Cells have categories that the training part does not have, and that is not wanted.
    #[error("{}", listed(.0))]
    Unseen(Vec<Unseen>),
    /// A weight is negative, infinite or NaN.
    #[error("row {row} has the weight {value}: it must be finite and not negative")]
    Weight {
        /// The row.
        row: usize,
        /// Its weight.
        value: f64,
    },
    /// All items of a part weigh 0.
    #[error("all {items} items of the {part} part have the weight 0")]
    NoWeight {
        /// `training`, `validation` or `test`.
        part: &'static str,
        /// How many there are.
        items: usize,
    },
    /// Every row is held out.
    #[error("nothing is left to train on: all {rows} rows are held out")]
    NoTraining {
        /// Rows of the data set.
        rows: usize,
    },
    /// Rows of one group alone cannot be on both sides.
    #[error("all rows that are left for the {part} part are of one group (data.group)")]
    OneGroup {
        /// `validation` or `test`.
        part: &'static str,
    },
    /// Rows of one time alone have no last.
    #[error("all rows that are left for the {part} part have the same time (data.time)")]
    OneTime {
        /// `validation` or `test`.
        part: &'static str,
    },
    /// A group is in two parts that the files fix.
    #[error("row {row} of the {part} part is of a group that the {other} part has, too (data.group)")]
    SharedGroup {
        /// `validation` or `test`.
        part: &'static str,
        /// `training` or `validation`.
        other: &'static str,
        /// The row of the data set.
        row: usize,
    },
    /// No column has a value in the training part.
    #[error("column {column:?} has no value in any row of the training part")]
    NoValues {
        /// The name of the column.
        column: String,
    },
    /// The training part is too small to be encoded by the target.
    #[error("data.encode = \"target\" needs two training rows at least")]
    NoInnerFolds,
    /// Rows are not the training part of the fit, or their targets have changed since.
    #[error("these rows are not the training part that the preprocessing was fitted on")]
    NotTheTrainingPart,
    /// All columns are constant, so they have no principal components.
    #[error("data.pca finds no variance: every column is constant in the training part")]
    NoVariance,
    /// A number is infinite, becomes so by scaling, or is missing where the model needs it.
    #[error("row {row} of column {column:?} is {value}: it must be finite, also after scaling")]
    NotFinite {
        /// The name of the column.
        column: String,
        /// The row.
        row: usize,
        /// The number.
        value: f64,
    },
    /// Somebody asked for inputs as numbers, but items of this form are not numbers.
    #[error("{found} cannot be read as rows of numbers")]
    NotNumeric {
        /// What the inputs are: `token sequences`.
        found: &'static str,
    },
    /// The stored preprocessing cannot come from a fit.
    #[error("the stored preprocessing is damaged: {what}")]
    Damaged {
        /// The part that is wrong.
        what: &'static str,
    },
    /// Texts cannot become tokens.
    #[error(transparent)]
    Tokenizer(#[from] TokenizerError),
    /// A batch of no items was asked for.
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
    /// An item of your own data set could not be read.
    #[error("item {index} could not be read")]
    Item {
        /// Which item, from 0.
        index: usize,
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl DataError {
    /// The position in a text file that the error is about, where there is one.
    pub fn position(&self) -> Option<FilePosition> {
        match self {
            Self::File(
                FileError::Csv { position, .. }
                | FileError::Table { position, .. }
                | FileError::Series { position, .. },
            ) if position.line > 0 => Some(position.clone()),
            _ => None,
        }
    }

    /// What the operating system said about `path`.
    pub(crate) fn read(path: &Path, error: std::io::Error) -> Self {
        FileError::read(path, error).into()
    }

    pub(crate) fn idx(path: &Path, problem: IdxProblem) -> Self {
        FileError::Idx { path: path.to_owned(), problem: Box::new(problem) }.into()
    }

    pub(crate) fn image(path: &Path, problem: ImageProblem) -> Self {
        FileError::Image { path: path.to_owned(), problem: Box::new(problem) }.into()
    }

    pub(crate) fn series(position: FilePosition, problem: SeriesProblem) -> Self {
        FileError::Series { position, problem: Box::new(problem) }.into()
    }

    pub(crate) fn text(path: &Path, problem: TextProblem) -> Self {
        FileError::Text { path: path.to_owned(), problem }.into()
    }
}

/// One after the other.
fn listed(unseen: &[Unseen]) -> String {
    unseen.iter().map(Unseen::to_string).collect::<Vec<_>>().join("; ")
}

impl Explain for DataError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Setting(_) => ErrorKind::Usage,
            Self::File(error) => error.kind(),
            Self::Number(error) => error.kind(),
            Self::Tokenizer(error) => error.kind(),
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::Panicked { .. } => ErrorKind::Internal,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::Setting(error) => error.help(),
            Self::File(error) => return error.help(),
            Self::Tokenizer(error) => return error.help(),
            Self::Row(error) => error.help(),
            Self::Unseen(_) => {
                "correct the cells, or leave --strict out: the model then takes none of its categories for \
                                them"
                    .to_owned()
            }
            Self::NoWeight { .. } => "give some of them a weight, or hold out other items (seed)".to_owned(),
            Self::OneGroup { .. } => {
                "set data.validation = 0 or data.test = 0, or leave data.group out".to_owned()
            }
            Self::OneTime { .. } => "name a column that differs from row to row in data.time".to_owned(),
            Self::SharedGroup { .. } => {
                "move the rows of a group into one file, or leave data.test_path and data.validation_path out"
                    .to_owned()
            }
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
            Self::Setting(error) => Some(error.key().into()),
            Self::Number(error) => error.key(),
            Self::Tokenizer(error) => error.key(),
            Self::OneGroup { .. } | Self::SharedGroup { .. } => Some("data.group".into()),
            Self::OneTime { .. } => Some("data.time".into()),
            Self::NoInnerFolds => Some("data.encode".into()),
            Self::NoVariance => Some("data.pca".into()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_about_a_setting_knows_its_key() {
        let key = |error: DataError| error.key().map(Cow::into_owned);
        let unused = SettingError::Unused { setting: "data.weight", name: "iris".to_owned() };
        assert_eq!(key(unused.into()).as_deref(), Some("data.weight"));
        assert_eq!(key(SettingError::WhitenAlone.into()).as_deref(), Some("data.whiten"));
        let number = NumberError { name: "data.test".to_owned(), ..range_error() };
        assert_eq!(key(number.into()).as_deref(), Some("data.test"));
        assert_eq!(key(DataError::NoItems), None);
    }

    fn range_error() -> NumberError {
        kiln_core::Range::UNIT.check("x", 2.0).expect_err("2 is above 1")
    }
}
