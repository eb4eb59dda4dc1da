//! Columns of a table in any format, which the name of its file says.

use std::path::Path;

use super::table::RowSource;
use super::{columns, csv, typed};
use crate::{ColumnSchema, DataError, Features, Fitted};

/// The names of the columns of a file.
///
/// # Errors
/// As [`read_texts`].
pub(super) fn header(path: &Path) -> Result<Vec<String>, DataError> {
    match typed::open(path) {
        Some(table) => Ok(RowSource::names(&table?).to_vec()),
        None => csv::header(path),
    }
}

/// The cells of the columns `names` as they are written, without the white space around them: a list for each column, in the
/// order of `names`. Of formats with types these are the digits of numbers, `true` and `false`, and dates as ISO 8601.
///
/// # Errors
/// [`FileError::Csv`](crate::FileError::Csv) for a column that is not there; for a file that is malformed that, or
/// [`FileError::Table`](crate::FileError::Table).
pub fn read_texts(path: &Path, names: &[String]) -> Result<Vec<Vec<String>>, DataError> {
    match typed::open(path) {
        Some(table) => csv::texts_of(&table?, names),
        None => csv::read_texts(path, names),
    }
}

/// Reads columns with the marks of missing values and the decimals that a model was trained with.
///
/// # Errors
/// A column that is not there, a cell that its column cannot have, and a file that is malformed.
pub(super) fn read_as(
    path: &Path,
    fitted: &Fitted,
    wanted: &[ColumnSchema],
) -> Result<(Features, usize), DataError> {
    match typed::open(path) {
        Some(table) => columns::read_columns(&table?, wanted, fitted.marks()),
        None => csv::read_as(path, fitted, wanted),
    }
}
