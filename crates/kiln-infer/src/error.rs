//! What can go wrong, in words.

use std::fmt;
use std::path::PathBuf;

/// What keeps a file from being a model, or an input from being one that the model takes.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum InferError {
    /// The system does not give the file.
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// The bytes are not those of a whole model of kiln.
    Format {
        /// What is wrong.
        reason: String,
    },
    /// A newer kiln has written the file.
    Version {
        /// The version of the format.
        found: u32,
    },
    /// A tensor is not there, or not as the plan needs it.
    Tensor {
        /// Its name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The plan does not fit together, or asks for too much.
    Plan {
        /// The column or the operation.
        place: String,
        /// What is wrong.
        reason: String,
    },
    /// Another form of inputs.
    Inputs {
        /// What the model takes.
        expected: String,
        /// What it was given.
        found: String,
    },
    /// A row has more or fewer cells than there are columns.
    Cells {
        /// The row, from 0.
        row: usize,
        /// The columns.
        expected: usize,
        /// The cells.
        found: usize,
        /// The first column without a cell.
        next: Option<String>,
    },
    /// A cell is nothing that its column can hold.
    Cell {
        /// The row, from 0.
        row: usize,
        /// The column.
        column: String,
        /// The cell.
        found: String,
        /// What the column holds.
        expected: &'static str,
    },
    /// A number is infinite, or becomes so when it is scaled.
    NotFinite {
        /// The row, from 0.
        row: usize,
        /// The column, or the feature.
        column: String,
    },
    /// A series is not what the model takes.
    Series {
        /// The series, from 0.
        row: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A record does not have a column.
    NoColumn {
        /// The row, from 0.
        row: usize,
        /// The column.
        column: String,
    },
    /// A record has a column twice.
    ColumnTwice {
        /// The row, from 0.
        row: usize,
        /// The column.
        column: String,
    },
}

impl fmt::Display for InferError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, reason } => write!(f, "cannot read {}: {reason}", path.display()),
            Self::Format { reason } => write!(f, "this is no whole model of kiln: {reason}"),
            Self::Version { found } => {
                write!(f, "the file has version {found} of the format, this program knows up to {VERSION}")
            }
            Self::Tensor { name, reason } => write!(f, "the tensor {name:?} {reason}"),
            Self::Plan { place, reason } => write!(f, "{place}: {reason}"),
            Self::Inputs { expected, found } => write!(f, "the model takes {expected}, not {found}"),
            Self::Cells { row, expected, found, next } => {
                write!(f, "row {row} has {found} cells where {expected} are expected")?;
                next.as_ref().map_or(Ok(()), |column| write!(f, ": there is none for column {column:?}"))
            }
            Self::Cell { row, column, found, expected } => {
                write!(f, "row {row} of column {column:?} is {found}, expected {expected}")
            }
            Self::NotFinite { row, column } => {
                write!(f, "row {row} of column {column:?} is infinite, or too large to be scaled")
            }
            Self::Series { row, reason } => write!(f, "series {row}: {reason}"),
            Self::NoColumn { row, column } => write!(f, "row {row} has no column {column:?}"),
            Self::ColumnTwice { row, column } => write!(f, "row {row} has the column {column:?} twice"),
        }
    }
}

impl std::error::Error for InferError {}

impl InferError {
    /// What to do about it.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::Format { .. } => "kiln export RUN -o model.kiln writes a model",
            Self::Version { .. } => "use a newer kiln-infer, or export with the kiln of its version",
            Self::Tensor { .. } | Self::Plan { .. } => "the file is damaged: export the model anew",
            Self::Inputs { .. } => {
                "rows are for models of tables, images for models of images, series and texts for theirs"
            }
            Self::Cells { .. } => "Model::columns names the columns in their order",
            Self::Cell { .. } => "a cell means what it means in a CSV file that kiln reads",
            Self::NotFinite { .. } => "leave out what is not known: None is a missing cell",
            Self::Series { .. } => {
                "Model::channels names the channels in their order, Model::window says how many steps there must be"
            }
            Self::NoColumn { .. } | Self::ColumnTwice { .. } => "Model::columns names the columns",
        }
    }
}

/// The newest version of the format that this crate reads.
pub(crate) const VERSION: u32 = 2;
