//! Cells of columns on disk, brought into memory: a whole column, or the rows of a batch.

use std::borrow::Cow;
use std::sync::Arc;

use super::column::{Column, MISSING, Values};
use super::stored::{CELL, StoredCells};
use crate::DataError;

impl Values {
    /// The cells in memory, where they are not there already: never [`Values::Stored`].
    ///
    /// # Errors
    /// [`FileError::Cache`](crate::FileError::Cache) when the disk fails.
    pub fn loaded(&self) -> Result<Cow<'_, Self>, DataError> {
        let Self::Stored(stored) = self else { return Ok(Cow::Borrowed(self)) };
        let mut values = empty(stored.cells(), stored.len());
        stored.each(|cell| push(stored.cells(), &mut values, cell))?;
        Ok(Cow::Owned(values))
    }
}

impl Column {
    /// With its cells in memory.
    ///
    /// # Errors
    /// As [`Values::loaded`].
    pub(crate) fn loaded(&self) -> Result<Cow<'_, Self>, DataError> {
        Ok(match self.values.loaded()? {
            Cow::Borrowed(_) => Cow::Borrowed(self),
            Cow::Owned(values) => Cow::Owned(Self { name: self.name.clone(), values }),
        })
    }
}

/// Some rows of columns, in memory; `None` where all columns are there as a whole.
///
/// # Errors
/// [`FileError::Cache`](crate::FileError::Cache) when the disk fails.
pub(crate) fn gathered(columns: &[Column], rows: &[usize]) -> Result<Option<Vec<Column>>, DataError> {
    let stored = |column: &Column| match &column.values {
        Values::Stored(stored) => Some(Arc::clone(stored.store())),
        _ => None,
    };
    let Some(store) = columns.iter().find_map(stored) else { return Ok(None) };
    let bytes = store.rows(rows)?;
    let column = |column: &Column| {
        let values = match &column.values {
            Values::Numeric(cells) => Values::Numeric(rows.iter().map(|&row| cells[row]).collect()),
            Values::Dates { days, form } => {
                Values::Dates { days: rows.iter().map(|&row| days[row]).collect(), form: *form }
            }
            Values::Categorical { codes, names } => {
                let codes = rows.iter().map(|&row| codes[row]).collect();
                Values::Categorical { codes, names: names.clone() }
            }
            Values::Stored(stored) => {
                // Columns of two tables are put together by hand alone.
                let other =
                    if Arc::ptr_eq(stored.store(), &store) { None } else { Some(stored.store().rows(rows)?) };
                let bytes = other.as_ref().unwrap_or(&bytes);
                let mut values = empty(stored.cells(), rows.len());
                for row in bytes.chunks_exact(stored.store().row_size()) {
                    push(stored.cells(), &mut values, stored.of_row(row));
                }
                values
            }
        };
        Ok(Column { name: column.name.clone(), values })
    };
    columns.iter().map(column).collect::<Result<_, DataError>>().map(Some)
}

/// Values without a cell, and room for so many.
fn empty(cells: &StoredCells, room: usize) -> Values {
    match cells {
        StoredCells::Numbers => Values::Numeric(Vec::with_capacity(room)),
        StoredCells::Categories { names, .. } => {
            Values::Categorical { codes: Vec::with_capacity(room), names: names.clone() }
        }
    }
}

/// Adds a cell to values that were made for such cells.
fn push(stored: &StoredCells, values: &mut Values, cell: [u8; CELL]) {
    let cell = u64::from_le_bytes(cell);
    match (stored, values) {
        (StoredCells::Numbers, Values::Numeric(cells)) => cells.push(f64::from_bits(cell)),
        (StoredCells::Categories { codes: now, .. }, Values::Categorical { codes, .. }) => {
            let of_thread = now.get((cell >> 32) as usize);
            let code = of_thread.and_then(|codes| codes.get(cell as u32 as usize).copied());
            codes.push(code.unwrap_or(MISSING));
        }
        // They are those of `empty`.
        _ => {}
    }
}

#[cfg(test)]
mod tests;
