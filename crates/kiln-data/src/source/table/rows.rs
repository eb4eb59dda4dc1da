//! A file of rows, whatever its format: what a reader of a typed format (Parquet, JSON lines, a spreadsheet) implements to become
//! columns.
//!
//! CSV does not: it has a way of its own beside this, on several threads, to the same survey and the same columns. Both are
//! a [`TableFile`](super::TableFile).

use std::path::Path;

use crate::{CellValue, DataError, FilePosition};

/// What is done with each row: its place and its cells, in the order of the names.
pub(crate) type EachRow<'a> = dyn FnMut(RowPlace, &[CellValue<'_>]) -> Result<(), DataError> + 'a;

/// A file of rows, read from the start as often as needed.
pub(crate) trait RowSource {
    /// The file.
    fn path(&self) -> &Path;

    /// The names of the columns; that of the first may be empty (an index).
    fn names(&self) -> &[String];

    /// Calls `each` for every row, in the order of the file, with as many cells as there are names. A text is one as written, white
    /// space around it does not count; whether it is a number, a date or a mark of a missing value is found out later, as in CSV.
    /// Numbers, NaN and [`CellValue::Missing`] come from formats that have types. Whole numbers beyond 2^53 come as texts, truth
    /// values as `true` and `false`, dates as ISO 8601.
    ///
    /// # Errors
    /// What the file has wrong, or what `each` gives.
    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError>;

    /// Where a cell is, for a message; without a `column` the row. The file alone where the format has no lines.
    fn position(&self, place: RowPlace, column: Option<usize>) -> FilePosition;
}

/// Where a row is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RowPlace {
    /// The row, from 1 below the header.
    pub(crate) row: usize,
    /// The line where it begins, from 1; 0 where the format has no lines.
    pub(crate) line: usize,
}
