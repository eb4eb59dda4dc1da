//! Gives the rows of a block to a scan.

use memchr::memchr;

use super::blocks::Block;
use super::cells::Cells;
use super::dialect::{Delimiter, Dialect};
use super::problem::{CsvProblem, cell};
use crate::CellValue;
use crate::source::table::{Row, RowPlace, Scan, Wrong};

/// Reads blocks, one after the other.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    dialect: Dialect,
    names: &'a [String],
    cells: Cells,
}

/// A row of a block.
struct Record<'a> {
    row: &'a str,
    cells: &'a Cells,
}

impl Row for Record<'_> {
    #[inline]
    fn cell(&self, column: usize) -> CellValue<'_> {
        CellValue::Text(self.cells.text(self.row, column))
    }
}

impl<'a> Reader<'a> {
    pub(crate) fn new(dialect: Dialect, names: &'a [String]) -> Self {
        Self { dialect, names, cells: Cells::default() }
    }

    /// Gives all rows of a block to `scan`.
    pub(crate) fn read<S: Scan>(&mut self, block: &Block, scan: &mut S) -> Result<S::Part, Wrong> {
        let valid = match std::str::from_utf8(&block.text) {
            Ok(_) => block.text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = std::str::from_utf8(&block.text[..valid]).unwrap_or_default();
        let mark = match self.dialect.delimiter {
            Delimiter::Byte(mark) if memchr(b'"', text.as_bytes()).is_none() => Some(mark),
            _ => None,
        };
        for (index, span) in block.rows.iter().enumerate() {
            let Some(row) = text.get(span.start as usize..span.end as usize) else {
                return Err(self.not_utf8(block, index, valid));
            };
            match mark {
                Some(mark) => self.cells.split_plain(row.as_bytes(), mark),
                None => {
                    self.cells.split(row.as_bytes(), self.dialect.delimiter);
                    self.cells.unescape(row);
                }
            }
            if self.cells.len() != self.names.len() {
                self.check_length(row, block.place(index))?;
            }
            scan.row(block.place(index), &Record { row, cells: &self.cells })?;
        }
        Ok(scan.part())
    }

    /// Whether a row that has not one cell for each name has only empty ones behind those.
    fn check_length(&self, row: &str, place: RowPlace) -> Result<(), Wrong> {
        let (found, expected) = (self.cells.len(), self.names.len());
        let is_empty = |column: usize| self.cells.text(row, column).is_empty();
        if self.dialect.is_whole(found) && (expected..found).all(is_empty) {
            return Ok(());
        }
        let several_lines = row.contains(['\n', '\r']);
        Err(Wrong::row(place, CsvProblem::Ragged { row: place.row, found, expected, several_lines }))
    }

    /// The error for the byte number `at` of a block, which is no UTF-8, in the row number `index` or before it.
    fn not_utf8(&mut self, block: &Block, index: usize, at: usize) -> Wrong {
        let (place, span) = (block.place(index), block.rows[index]);
        let column = at.checked_sub(span.start as usize).map(|byte| {
            self.cells.split(span.of(&block.text), self.dialect.delimiter);
            self.cells.at(byte).min(self.names.len().saturating_sub(1))
        });
        let name = column.map_or("", |column| &self.names[column]);
        let problem = CsvProblem::Encoding { cell: cell(place.row, name) };
        match column {
            Some(column) => Wrong::cell(place, column, problem),
            None => Wrong::row(place, problem),
        }
    }
}
