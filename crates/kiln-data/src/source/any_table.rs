//! Columns of a table in any format, which the name of its file says.

use std::path::{Path, PathBuf};

use super::columns::Alone;
use super::table::RowSource;
use super::{columns, csv, typed};
use crate::{ColumnSchema, DataConfig, DataError, Dataset, Features, Fitted};

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

/// Reads the table that `config` names; a column is read for itself, and the inputs of the data set are empty.
///
/// # Errors
/// What is wrong with the file, and settings that do not fit it.
pub(super) fn load_beside(config: &DataConfig, alone: Alone<'_>) -> Result<Dataset, DataError> {
    typed::load_beside(config, alone).unwrap_or_else(|| csv::load_beside(config, alone))
}

/// For each item of a data set the table that it is from, its row there (from 1) and its cell of a column, as it is written.
///
/// # Errors
/// As [`read_texts`].
pub(super) fn item_cells(
    data: &Dataset,
    config: &DataConfig,
    column: &str,
) -> Result<Vec<(PathBuf, usize, String)>, DataError> {
    let paths = [config.path.as_ref(), config.validation_path.as_ref(), config.test_path.as_ref()];
    let mut tables = Vec::new();
    for path in paths {
        tables.push(match path {
            Some(path) => read_texts(path, &[column.to_owned()])?.pop().unwrap_or_default(),
            None => Vec::new(),
        });
    }
    let items = data.target.rows()?;
    let mut table_of = vec![0; items];
    data.arrangement.fixed_validation.iter().for_each(|&item| table_of[item] = 1);
    data.fixed_test.iter().for_each(|&item| table_of[item] = 2);
    Ok((0..items)
        .map(|item| {
            let (table, row) = (table_of[item], data.arrangement.file_row(item));
            let cell = row.checked_sub(1).and_then(|row| tables[table].get_mut(row));
            let text = cell.map(std::mem::take).unwrap_or_default();
            (paths[table].cloned().unwrap_or_default(), row, text)
        })
        .collect())
}
