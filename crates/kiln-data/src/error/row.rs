//! Rows of a program that are not what a model takes.

/// What is wrong with a row. Rows are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowError {
    /// More or fewer cells than columns.
    #[error("row {row} has {found} cells where {expected} are expected{}", missing(next.as_deref()))]
    Cells {
        /// The row.
        row: usize,
        /// Columns that the model was trained with.
        expected: usize,
        /// Cells of the row.
        found: usize,
        /// The first column without a cell.
        next: Option<String>,
    },
    /// A cell of another kind than its column.
    #[error("row {row} of column {column:?} is {found}, where {expected} is expected")]
    Cell {
        /// The row.
        row: usize,
        /// The name of the column.
        column: String,
        /// What is there.
        found: String,
        /// What the column holds: `a finite number`.
        expected: &'static str,
    },
    /// A column that the model was trained with is not there.
    #[error("row {row} has no column {column:?}, which the model was trained with")]
    NoColumn {
        /// The row.
        row: usize,
        /// The name of the column.
        column: String,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// A column is there twice.
    #[error("row {row} has column {column:?} twice")]
    ColumnTwice {
        /// The row.
        row: usize,
        /// The name of the column.
        column: String,
    },
}

fn missing(next: Option<&str>) -> String {
    next.map(|column| format!(": there is none for column {column:?}")).unwrap_or_default()
}

impl RowError {
    /// What to do.
    pub(super) fn help(&self) -> String {
        match self {
            Self::NoColumn { nearest: Some(nearest), .. } => format!("is it called {nearest:?} here?"),
            Self::Cells { .. } | Self::NoColumn { .. } => {
                "give a cell for each column of the training data, a missing one where it is not known"
                    .to_owned()
            }
            Self::Cell { .. } => "correct the cell, or give a missing one".to_owned(),
            Self::ColumnTwice { .. } => "give it once".to_owned(),
        }
    }
}
