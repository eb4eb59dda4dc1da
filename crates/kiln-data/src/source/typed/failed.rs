//! An error about a table.

use super::problem::TableProblem;
use crate::{DataError, FileError, FilePosition};

/// An error at a place of a file.
pub(super) fn table_error(position: FilePosition, problem: TableProblem) -> DataError {
    FileError::Table { position, problem: Box::new(problem) }.into()
}
