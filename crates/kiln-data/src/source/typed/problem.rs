//! What can be wrong with a table in a format that has types, and of JSON lines.

/// What is wrong with a table in a format that has types, or of JSON lines.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableProblem {
    /// A line that is no object.
    #[error("not a JSON object: {reason}")]
    NotAnObject {
        /// What the parser says.
        reason: String,
    },
    /// A line without an end.
    #[error("the line is longer than {limit} bytes")]
    LongLine {
        /// The most bytes.
        limit: usize,
    },
    /// A cell that is not one value.
    #[error("column {column:?} holds a list or an object, not one value a row")]
    Nested {
        /// The column.
        column: String,
    },
    /// A type that is neither a number nor a text, a date or a truth value.
    #[error("column {column:?} has the type {kind}, which is not read")]
    Type {
        /// The column.
        column: String,
        /// The type, as the format calls it.
        kind: String,
    },
    /// Two columns of one name.
    #[error("two columns are called {name:?}")]
    DuplicateName {
        /// The name.
        name: String,
    },
    /// More columns than are meant.
    #[error("there are more than {limit} columns")]
    TooManyColumns {
        /// The most columns.
        limit: usize,
    },
    /// Contents that make no sense.
    #[error("damaged {format}: {reason}")]
    Damaged {
        /// What the file should be.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Contents that would fill the memory.
    #[error("{what} unpacks to more than {limit} bytes, which is out of proportion to the file")]
    OutOfProportion {
        /// The part of the file.
        what: String,
        /// The most bytes.
        limit: u64,
    },
    /// Contents that are fine, and no table.
    #[error("no table: {reason}")]
    NoTable {
        /// Why.
        reason: String,
    },
    /// A format that this build of kiln does not read.
    #[error("this build of kiln reads no {format} files")]
    NotBuilt {
        /// The format.
        format: &'static str,
        /// The feature that reads it.
        feature: &'static str,
    },
}

impl TableProblem {
    /// What the user can do.
    pub(crate) fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotAnObject { .. } => {
                "write one object a line, as pandas' to_json(lines=True) does".to_owned()
            }
            Self::LongLine { .. } | Self::TooManyColumns { .. } => {
                "is this a file of rows? Write one object a line".to_owned()
            }
            Self::DuplicateName { .. } => "give each column a name of its own".to_owned(),
            Self::Nested { column } | Self::Type { column, .. } => {
                format!("make it one number or text a row, or leave the column {column:?} out of the file")
            }
            Self::Damaged { .. } | Self::OutOfProportion { .. } => "write or fetch the file again".to_owned(),
            Self::NoTable { .. } => "write it as rows and columns, such as CSV".to_owned(),
            Self::NotBuilt { feature, .. } => {
                format!(
                    "build kiln with `cargo install --path . --features {feature}`, or write the table as CSV"
                )
            }
        })
    }
}
