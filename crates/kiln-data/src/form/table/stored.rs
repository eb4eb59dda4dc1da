//! Columns on disk, of a table that is larger than what is held in memory.
//!
//! A table is there twice: column after column, for what looks at one column as a whole (fits, fingerprints), and row after
//! row, for batches. Every cell is eight bytes.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::cache::{CacheFolder, read_at, write_at};
use crate::{DataError, FileError};

/// A column on disk. It is read as a whole, or for the rows of a batch.
#[derive(Clone)]
pub struct StoredColumn {
    store: Arc<ColumnStore>,
    index: usize,
    cells: StoredCells,
}

/// What the cells of a column on disk are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum StoredCells {
    Numbers,
    /// What each code became that a thread wrote, by threads; the names by that.
    Categories {
        codes: Vec<Vec<u32>>,
        names: Vec<String>,
    },
}

/// Cells of a column that come one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) enum CellBlock<'a> {
    Numbers(&'a [f64]),
    /// Those that a thread gave, by its number.
    Codes(u32, &'a [u32]),
}

/// Bytes of a cell.
pub(super) const CELL: usize = 8;

/// Cells of a column that are read at once.
const AT_ONCE: usize = 1 << 16;

/// The cells of a table on disk, or of some of its rows.
#[derive(Debug)]
pub(crate) struct ColumnStore {
    folder: PathBuf,
    columns: Arc<File>,
    rows: Arc<File>,
    width: usize,
    /// Rows on disk.
    height: usize,
    /// Which of them are its rows; `None`: all in their order.
    picked: Option<Vec<u32>>,
}

impl ColumnStore {
    /// Room for so many columns and rows in files that end with the process; `None` where there is none.
    ///
    /// # Errors
    /// [`FileError::Cache`] for a folder that was asked for and cannot be made.
    pub(crate) fn new(folder: &CacheFolder, width: usize, len: usize) -> Result<Option<Self>, DataError> {
        let cells = (width as u64).checked_mul(len as u64).filter(|_| u32::try_from(len).is_ok());
        let Some(bytes) = cells.and_then(|cells| cells.checked_mul(CELL as u64)) else { return Ok(None) };
        let files = folder.nameless(bytes)?.map(|files| files.map(Arc::new));
        let folder = folder.path().to_owned();
        Ok(files.map(|[columns, rows]| Self { folder, columns, rows, width, height: len, picked: None }))
    }

    /// Number of rows.
    pub(crate) fn len(&self) -> usize {
        self.picked.as_ref().map_or(self.height, Vec::len)
    }

    /// These of its rows, in this order.
    pub(crate) fn pick(&self, rows: &[usize]) -> Self {
        let picked = Some(rows.iter().map(|&row| self.on_disk(row) as u32).collect());
        let (columns, rows) = (Arc::clone(&self.columns), Arc::clone(&self.rows));
        Self { folder: self.folder.clone(), columns, rows, picked, ..*self }
    }

    fn on_disk(&self, row: usize) -> usize {
        self.picked.as_ref().map_or(row, |picked| picked[row] as usize)
    }

    /// Writes the cells of the rows from `first` on, one block for each column, all of one length.
    ///
    /// # Errors
    /// [`FileError::Cache`] for a disk that is full or fails.
    pub(crate) fn write(&self, first: usize, blocks: &[CellBlock<'_>]) -> Result<(), DataError> {
        let count = blocks.first().map_or(0, CellBlock::len);
        let mut rows = vec![0; count * self.width * CELL];
        for (index, block) in blocks.iter().enumerate() {
            let mut column = Vec::with_capacity(count * CELL);
            block.write(&mut column);
            let cells = column.chunks_exact(CELL).zip(rows.chunks_exact_mut(self.width * CELL));
            cells.for_each(|(cell, row)| row[index * CELL..(index + 1) * CELL].copy_from_slice(cell));
            write_at(&self.columns, &column, self.column_at(index, first))
                .map_err(|error| self.failed(error))?;
        }
        let at = (first * self.width * CELL) as u64;
        write_at(&self.rows, &rows, at).map_err(|error| self.failed(error))
    }

    /// A column of the store, once all is written.
    pub(crate) fn column(self: &Arc<Self>, index: usize, cells: StoredCells) -> StoredColumn {
        StoredColumn { store: Arc::clone(self), index, cells }
    }

    /// The bytes of all cells of some rows, row after row, [`ColumnStore::row_size`] each.
    pub(super) fn rows(&self, rows: &[usize]) -> Result<Vec<u8>, DataError> {
        let size = self.row_size();
        let mut bytes = vec![0; rows.len() * size];
        for (&row, bytes) in rows.iter().zip(bytes.chunks_exact_mut(size.max(1))) {
            let at = (self.on_disk(row) * size) as u64;
            read_at(&self.rows, bytes, at).map_err(|error| self.failed(error))?;
        }
        Ok(bytes)
    }

    /// Bytes of a row.
    pub(super) fn row_size(&self) -> usize {
        self.width * CELL
    }

    fn column_at(&self, index: usize, row: usize) -> u64 {
        (index as u64 * self.height as u64 + row as u64) * CELL as u64
    }

    fn failed(&self, error: io::Error) -> DataError {
        FileError::Cache { path: self.folder.clone(), error }.into()
    }
}

impl CellBlock<'_> {
    fn len(&self) -> usize {
        match self {
            Self::Numbers(cells) => cells.len(),
            Self::Codes(_, codes) => codes.len(),
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Numbers(cells) => cells.iter().for_each(|cell| bytes.extend(cell.to_le_bytes())),
            Self::Codes(thread, codes) => codes.iter().for_each(|code| {
                bytes.extend(code.to_le_bytes());
                bytes.extend(thread.to_le_bytes());
            }),
        }
    }
}

impl StoredColumn {
    /// Number of cells.
    pub fn len(&self) -> usize {
        self.store.len()
    }

    /// Whether there is no cell.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What its cells are.
    pub(super) fn cells(&self) -> &StoredCells {
        &self.cells
    }

    /// The names of its categories; `None` for numbers.
    pub(crate) fn names(&self) -> Option<&[String]> {
        match &self.cells {
            StoredCells::Numbers => None,
            StoredCells::Categories { names, .. } => Some(names),
        }
    }

    /// The same column of other rows of the table.
    pub(crate) fn of(&self, store: &Arc<ColumnStore>) -> Self {
        store.column(self.index, self.cells.clone())
    }

    /// The table that it is a column of.
    pub(crate) fn store(&self) -> &Arc<ColumnStore> {
        &self.store
    }

    /// Its cell among those of a row.
    pub(super) fn of_row(&self, row: &[u8]) -> [u8; CELL] {
        std::array::from_fn(|byte| row[self.index * CELL + byte])
    }

    /// Gives `each` all cells in their order.
    ///
    /// # Errors
    /// [`FileError::Cache`] when the disk fails.
    pub(super) fn each(&self, mut each: impl FnMut([u8; CELL])) -> Result<(), DataError> {
        let store = &*self.store;
        let mut block = vec![0; store.height.min(AT_ONCE) * CELL];
        let mut all = Vec::with_capacity(if store.picked.is_some() { store.height } else { 0 });
        for first in (0..store.height).step_by(AT_ONCE) {
            let block = &mut block[..(store.height - first).min(AT_ONCE) * CELL];
            let read = read_at(&store.columns, block, store.column_at(self.index, first));
            read.map_err(|error| store.failed(error))?;
            let cells = block.chunks_exact(CELL).map(|cell| std::array::from_fn(|byte| cell[byte]));
            if store.picked.is_some() { all.extend(cells) } else { cells.for_each(&mut each) }
        }
        store.picked.iter().flatten().for_each(|&row| each(all[row as usize]));
        Ok(())
    }
}

impl PartialEq for StoredColumn {
    /// Whether they are the same column of the same store.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.store, &other.store) && self.index == other.index && self.cells == other.cells
    }
}

// By hand: a column is too long to print.
impl fmt::Debug for StoredColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredColumn").field("cells", &self.len()).finish_non_exhaustive()
    }
}
