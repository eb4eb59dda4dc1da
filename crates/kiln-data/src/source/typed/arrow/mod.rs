//! Parquet files and Arrow IPC files, also called Feather, by Arrow's crates. Both give rows in batches.

mod column;
mod ipc;
mod page;
mod parquet;

use std::path::Path;

use arrow_array::RecordBatch;

pub(super) use ipc::Ipc;
pub(super) use parquet::Parquet;

use self::column::Column;
use super::whole::Cell;
use crate::source::table::{EachRow, RowPlace};
use crate::{CellValue, DataError, FileError};

/// Gives the rows of a batch to `each`. `columns` is how many there are.
fn rows_of(
    path: &Path,
    batch: &RecordBatch,
    columns: usize,
    place: &mut RowPlace,
    each: &mut EachRow<'_>,
) -> Result<(), DataError> {
    let all = Column::all(batch);
    if all.len() != columns {
        return Err(FileError::Changed { path: path.to_owned() }.into());
    }
    for row in 0..batch.num_rows() {
        place.row += 1;
        let cells: Vec<Cell<'_>> = all.iter().map(|column| column.cell(row)).collect();
        let cells: Vec<CellValue<'_>> = cells.iter().map(Cell::value).collect();
        each(*place, &cells)?;
    }
    Ok(())
}
