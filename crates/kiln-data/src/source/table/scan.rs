//! Reading all rows of a file once, on several threads where the format can be cut into parts.

use std::path::Path;

use super::assumed::Assumed;
use super::rows::{RowPlace, RowSource};
use crate::cell::Decimal;
use crate::source::csv::CsvProblem;
use crate::{CellValue, DataError, FileError, FilePosition};

/// A row, whose cells are asked for one by one.
pub(crate) trait Row {
    /// The cell number `column`, without white space around a text. There is one for each name.
    fn cell(&self, column: usize) -> CellValue<'_>;
}

impl Row for [CellValue<'_>] {
    fn cell(&self, column: usize) -> CellValue<'_> {
        match self[column] {
            CellValue::Text(text) => CellValue::Text(text.trim()),
            cell => cell,
        }
    }
}

/// What is done with the rows that one thread reads.
pub(crate) trait Scan: Send {
    /// What a part of the file gives.
    type Part: Send;

    /// Takes a row.
    fn row<R: Row + ?Sized>(&mut self, place: RowPlace, row: &R) -> Result<(), Wrong>;

    /// Ends a part of the file: all rows since the last one.
    fn part(&mut self) -> Self::Part;
}

/// What is wrong with a row.
#[derive(Debug)]
pub(crate) struct Wrong {
    pub(crate) place: RowPlace,
    /// The column (from 0); `None`: the whole row.
    pub(crate) column: Option<usize>,
    pub(crate) problem: Problem,
}

impl Wrong {
    /// A whole row.
    pub(crate) fn row(place: RowPlace, problem: CsvProblem) -> Self {
        Self { place, column: None, problem: Problem::File(Box::new(problem)) }
    }

    /// A cell.
    pub(crate) fn cell(place: RowPlace, column: usize, problem: CsvProblem) -> Self {
        Self { place, column: Some(column), problem: Problem::File(Box::new(problem)) }
    }

    #[cfg(test)]
    pub(crate) fn is(&self, problem: &CsvProblem) -> bool {
        matches!(&self.problem, Problem::File(found) if **found == *problem)
    }
}

/// The kind of what is wrong.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A fault of the file.
    File(Box<CsvProblem>),
    /// The file is not what it was when it was surveyed.
    Changed,
}

/// A file that becomes columns.
pub(crate) trait TableFile {
    /// The file.
    fn path(&self) -> &Path;

    /// The names of the columns; that of the first may be empty (an index).
    fn names(&self) -> &[String];

    /// Reads all rows: each thread has a scan by `begin`, and `part` gets what the parts of the file give, in the order of
    /// the file. Gives the scans of the threads, in any order.
    ///
    /// # Errors
    /// The first error in the order of the file, or that of `part`.
    fn scan<S: Scan>(
        &self,
        begin: impl Fn() -> S + Sync,
        part: impl FnMut(S::Part) -> Result<(), DataError>,
    ) -> Result<Vec<S>, DataError>;

    /// Where a cell is, for a message; without a `column` the row.
    fn position(&self, place: RowPlace, column: Option<usize>) -> FilePosition;

    /// What decimals begin with in a column whose cells do not tell.
    fn decimal(&self) -> Assumed {
        Assumed::usual(Decimal::Point)
    }

    /// What of the way the file is written is not plain, once its rows were read. Default: nothing.
    fn written(&self) -> Vec<String> {
        Vec::new()
    }

    /// Takes in that a reading failed: where the file is to be read in another way from now on, it is fine, and the reading
    /// can start over.
    fn settle(&self, error: DataError) -> Result<(), DataError> {
        Err(error)
    }

    /// An error about a cell, or without a `column` about a row.
    fn error(&self, place: RowPlace, column: Option<usize>, problem: CsvProblem) -> DataError {
        csv_error(self.position(place, column), problem)
    }

    /// An error about the file as a whole.
    fn file_error(&self, problem: CsvProblem) -> DataError {
        csv_error(FilePosition::file(self.path()), problem)
    }

    /// The error for what is wrong with a row.
    fn wrong(&self, wrong: Wrong) -> DataError {
        match wrong.problem {
            Problem::File(problem) => self.error(wrong.place, wrong.column, *problem),
            Problem::Changed => FileError::Changed { path: self.path().to_owned() }.into(),
        }
    }
}

impl<T: RowSource + ?Sized> TableFile for T {
    fn path(&self) -> &Path {
        RowSource::path(self)
    }

    fn names(&self) -> &[String] {
        RowSource::names(self)
    }

    fn scan<S: Scan>(
        &self,
        begin: impl Fn() -> S + Sync,
        mut part: impl FnMut(S::Part) -> Result<(), DataError>,
    ) -> Result<Vec<S>, DataError> {
        let mut scan = begin();
        self.rows(&mut |place, cells| scan.row(place, cells).map_err(|wrong| self.wrong(wrong)))?;
        part(scan.part())?;
        Ok(vec![scan])
    }

    fn position(&self, place: RowPlace, column: Option<usize>) -> FilePosition {
        RowSource::position(self, place, column)
    }
}

/// An error at a place of a file.
pub(crate) fn csv_error(position: FilePosition, problem: CsvProblem) -> DataError {
    FileError::Csv { position, problem: Box::new(problem) }.into()
}
