//! Everything that can be wrong with data.

use std::error::Error;

use kiln_core::{ErrorKind, Explain, NumberError};

use crate::preprocess::Mismatch;

/// Why data could not be read, split, preprocessed or loaded. Rows and items are counted from 0.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A setting of `[data]` is out of its range.
    #[error(transparent)]
    Number(#[from] NumberError),
    /// Every row is held out.
    #[error("nothing is left to train on: {held_out} of {rows} rows are held out")]
    NoTraining {
        /// Rows of the data set.
        rows: usize,
        /// Rows in the test and validation parts.
        held_out: usize,
    },
    /// The inputs have no column, or their images have no pixel.
    #[error("there are no inputs to predict from")]
    NoInputs,
    /// The columns of a table differ in length.
    #[error("column {column:?} has {found} cells where {expected} rows are expected")]
    ColumnLength {
        /// The name of the column.
        column: String,
        /// Rows of the columns before it.
        expected: usize,
        /// Cells of this column.
        found: usize,
    },
    /// The pixels are not a whole number of images.
    #[error("{bytes} bytes are not a whole number of images of {item} bytes")]
    ImageBytes {
        /// How many bytes there are.
        bytes: usize,
        /// Bytes of one image.
        item: usize,
    },
    /// Inputs and targets differ in length.
    #[error("there are {inputs} rows of inputs, but {targets} of targets")]
    TargetLength {
        /// Rows of the inputs.
        inputs: usize,
        /// Rows of the target.
        targets: usize,
    },
    /// A row that is not there.
    #[error("row {row} was asked for, but there are {rows} rows, counted from 0")]
    NoRow {
        /// The row asked for.
        row: usize,
        /// How many there are.
        rows: usize,
    },
    /// A class that has no name.
    #[error("row {row} has class {label}, but there are {classes} classes, counted from 0")]
    NoClass {
        /// The row.
        row: usize,
        /// Its class.
        label: u32,
        /// How many classes have a name.
        classes: usize,
    },
    /// A category that has no name.
    #[error("row {row} of column {column:?} has category {code}, but there are {categories}, counted from 0")]
    NoCategory {
        /// The name of the column.
        column: String,
        /// The row.
        row: usize,
        /// Its code.
        code: u32,
        /// How many categories have a name.
        categories: usize,
    },
    /// A numeric column of which the training part holds no value at all.
    #[error("column {column:?} has no value in any row of the training part")]
    NoValues {
        /// The name of the column.
        column: String,
    },
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
    /// Data that does not have the columns, images or targets that the preprocessing was fitted on.
    #[error("this data does not fit the preprocessing: {0}")]
    Mismatch(#[from] Mismatch),
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
        source: Box<dyn Error + Send + Sync>,
    },
}

impl Explain for DataError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Number(error) => error.kind(),
            Self::Damaged { .. } => ErrorKind::Checkpoint,
            Self::Panicked { .. } => ErrorKind::Internal,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Number(error) => error.help(),
            Self::NoTraining { .. } => Some("add rows, or hold out fewer of them for the test".to_owned()),
            Self::NoInputs => Some("keep at least one column that is not a target".to_owned()),
            Self::NoValues { column } => Some(format!("leave it out with data.ignore = [{column:?}]")),
            Self::NotFinite { column, .. } => {
                Some(format!("correct the value, or leave the column out with data.ignore = [{column:?}]"))
            }
            Self::Mismatch(_) => Some("give data with the columns of the training data".to_owned()),
            Self::Damaged { .. } => Some("use another checkpoint of the run".to_owned()),
            _ => None,
        }
    }
}
