//! Columns that go to disk while a file is read, because together they are more than what is held.

use std::sync::Arc;

use crate::cache::CacheFolder;
use crate::form::{CellBlock, ColumnStore, StoredCells};
use crate::{DataError, Values};

/// Which columns may go to disk, and where.
#[derive(Debug)]
pub(crate) struct Keep<'a> {
    pub(crate) cache: &'a CacheFolder,
    /// One for each column of the file.
    pub(crate) columns: Vec<bool>,
    /// The most bytes that they may take in memory.
    pub(crate) held: usize,
}

/// The columns of a file that go to disk.
#[derive(Debug)]
pub(super) struct Spill {
    store: Arc<ColumnStore>,
    /// The place in the store of each column of the file.
    places: Vec<Option<usize>>,
}

impl Spill {
    /// Of a file of `rows` rows; `None` where all may be held, or nothing can be kept.
    pub(super) fn new(keep: Option<&Keep<'_>>, rows: usize) -> Result<Option<Self>, DataError> {
        let Some(keep) = keep else { return Ok(None) };
        let mut width = 0usize;
        let place = |&wanted: &bool| {
            wanted.then(|| {
                width += 1;
                width - 1
            })
        };
        let places = keep.columns.iter().map(place).collect();
        if width.saturating_mul(rows).saturating_mul(size_of::<f64>()) <= keep.held {
            return Ok(None);
        }
        let store = ColumnStore::new(keep.cache, width, rows)?;
        Ok(store.map(|store| Self { store: Arc::new(store), places }))
    }

    /// Whether a column of the file goes to disk.
    pub(super) fn has(&self, column: usize) -> bool {
        self.places.get(column).is_some_and(Option::is_some)
    }

    /// Writes the rows from `first` on, a block for each column of the file; those that stay in memory do not count.
    pub(super) fn write<'a>(
        &self,
        first: usize,
        blocks: impl Iterator<Item = Option<CellBlock<'a>>>,
    ) -> Result<(), DataError> {
        let blocks: Vec<CellBlock<'a>> = self
            .places
            .iter()
            .zip(blocks)
            .filter_map(|(place, block)| block.filter(|_| place.is_some()))
            .collect();
        self.store.write(first, &blocks)
    }

    /// A column of the file that went to disk, once all is written.
    pub(super) fn column(&self, column: usize, cells: StoredCells) -> Option<Values> {
        let place = self.places.get(column).copied().flatten()?;
        Some(Values::Stored(self.store.column(place, cells)))
    }
}
