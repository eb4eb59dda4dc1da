//! What a client is told when a request is refused.

use kiln_core::{ErrorKind, Explain};
use kiln_data::{DataError, RowError};
use kiln_experiment::ExperimentError;
use serde::Serialize;

/// Why a request is refused, as its JSON answer says it: `{"error": "…", "help": "…", "row": 0, "column": "age"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Refusal {
    /// The status of HTTP.
    #[serde(skip)]
    pub status: u16,
    /// What is wrong.
    pub error: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The row that it is about, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<usize>,
    /// The column that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
}

impl Refusal {
    /// A refusal that is about no row.
    pub fn new(status: u16, error: impl Into<String>, help: impl Into<String>) -> Self {
        Self { status, error: error.into(), help: Some(help.into()), row: None, column: None }
    }

    /// The same about a row, and a column where one is known.
    #[must_use]
    pub(crate) fn at(mut self, row: usize, column: Option<String>) -> Self {
        (self.row, self.column) = (Some(row), column);
        self
    }

    /// Why a model does not take what a client sent: 422, or 500 where it is not the client's doing.
    pub(crate) fn of(error: &ExperimentError) -> Self {
        let status = match error.kind() {
            ErrorKind::Data | ErrorKind::Usage => 422,
            _ => 500,
        };
        let (row, column) = place(error);
        Self { status, error: error.to_string(), help: error.help(), row, column }
    }
}

fn place(error: &ExperimentError) -> (Option<usize>, Option<String>) {
    match error {
        ExperimentError::Data(DataError::Row(error)) => match error {
            RowError::Cells { row, next, .. } => (Some(*row), next.clone()),
            RowError::Cell { row, column, .. }
            | RowError::NoColumn { row, column, .. }
            | RowError::ColumnTwice { row, column } => (Some(*row), Some(column.clone())),
            _ => (None, None),
        },
        ExperimentError::Data(DataError::NotFinite { row, column, .. }) => (Some(*row), Some(column.clone())),
        ExperimentError::Data(DataError::Unseen(unseen)) => {
            (None, unseen.first().map(|unseen| unseen.column.clone()))
        }
        _ => (None, None),
    }
}
