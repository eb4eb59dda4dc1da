//! The first reading of a file: every row is whole, and what each column holds.

use std::path::{Path, PathBuf};

use super::cell::{has_decimal_comma, shown};
use super::locate::locate;
use super::problem::{CsvProblem, cell};
use super::record::Record;
use super::records::{Records, csv_error};
use crate::cell::{Meaning, meaning};
use crate::{DataError, FilePosition};

/// What a file holds, after a reading that keeps nothing of it.
pub(crate) struct Survey {
    pub(crate) path: PathBuf,
    pub(crate) delimiter: u8,
    /// The names of the columns.
    pub(crate) header: Vec<String>,
    /// One for each column; columns that are not wanted stay empty.
    pub(crate) tallies: Vec<Tally>,
    /// Rows below the header.
    pub(crate) rows: usize,
}

/// What the cells of a column are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// Cells that are numbers, infinite ones among them.
    pub(crate) numbers: usize,
    /// Cells that are other text.
    pub(crate) texts: usize,
    /// Those of them that would be numbers but for a decimal comma.
    decimal_commas: usize,
    pub(crate) first_missing: Option<Spot>,
    pub(crate) first_negative: Option<Spot>,
    first_infinite: Option<Spot>,
    first_text: Option<Spot>,
}

/// A cell that an error may be about.
#[derive(Debug, Clone)]
pub(crate) struct Spot {
    row: usize,
    line: usize,
    text: String,
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadAs {
    /// Numbers.
    Numeric,
    /// Categories.
    Categorical,
}

impl Survey {
    /// Reads the file once. `wanted` picks the columns to look at, by the header.
    pub(crate) fn of(
        path: &Path,
        wanted: impl FnOnce(&[String]) -> Result<Vec<bool>, DataError>,
    ) -> Result<Self, DataError> {
        let mut records = Records::open(path)?;
        let header = records.header()?;
        let wanted = wanted(&header)?;
        let mut survey = Self {
            path: path.to_owned(),
            delimiter: records.delimiter,
            tallies: vec![Tally::default(); header.len()],
            header,
            rows: 0,
        };
        while let Some(record) = records.next()? {
            survey.add(&record, &wanted)?;
        }
        if survey.rows == 0 {
            return Err(survey.file_error(CsvProblem::NoRows));
        }
        Ok(survey)
    }

    fn add(&mut self, record: &Record<'_>, wanted: &[bool]) -> Result<(), DataError> {
        let (row, line, expected) = (record.row, record.line, self.header.len());
        if record.len() != expected {
            let several_lines = record.last_line > line;
            let problem = CsvProblem::Ragged { row, found: record.len(), expected, several_lines };
            return Err(csv_error(locate(&self.path, self.delimiter, line, None), problem));
        }
        for column in (0..expected).filter(|&column| wanted[column]) {
            let Some(text) = record.text(column) else {
                let problem = CsvProblem::Encoding { cell: cell(row, &self.header[column]) };
                return Err(csv_error(locate(&self.path, self.delimiter, line, Some(column)), problem));
            };
            self.tallies[column].add(text, || Spot { row, line, text: shown(text) });
        }
        self.rows += 1;
        Ok(())
    }

    /// What a feature column is: numbers if every cell is one. More than 95 % numbers and some text is a mistake in
    /// the text, not a column of categories.
    pub(crate) fn read_as(&self, column: usize) -> Result<ReadAs, DataError> {
        let tally = &self.tallies[column];
        let cells = tally.numbers + tally.texts;
        if cells == 0 {
            return Err(self.file_error(CsvProblem::NoValues { column: self.header[column].clone() }));
        }
        let mistaken = 20 * tally.texts < cells;
        let commas =
            self.delimiter == b';' && tally.decimal_commas > 0 && tally.texts == tally.decimal_commas;
        if tally.texts == 0 || mistaken || commas {
            self.check_numeric(column).map(|()| ReadAs::Numeric)
        } else {
            Ok(ReadAs::Categorical)
        }
    }

    /// Whether every cell that is not missing is a finite number.
    pub(crate) fn check_numeric(&self, column: usize) -> Result<(), DataError> {
        let tally = &self.tallies[column];
        let problem = match (&tally.first_text, &tally.first_infinite) {
            (Some(spot), _) if has_decimal_comma(&spot.text) => {
                self.spot_error(column, spot, |cell, text| CsvProblem::DecimalComma { cell, text })
            }
            (Some(spot), _) => {
                self.spot_error(column, spot, |cell, text| CsvProblem::NotANumber { cell, text })
            }
            (None, Some(spot)) => {
                self.spot_error(column, spot, |cell, text| CsvProblem::NotFinite { cell, text })
            }
            (None, None) => return Ok(()),
        };
        Err(problem)
    }

    /// An error about a cell that was seen.
    pub(crate) fn spot_error(
        &self,
        column: usize,
        spot: &Spot,
        problem: impl FnOnce(super::Cell, String) -> CsvProblem,
    ) -> DataError {
        let problem = problem(cell(spot.row, &self.header[column]), spot.text.clone());
        csv_error(locate(&self.path, self.delimiter, spot.line, Some(column)), problem)
    }

    /// An error about the file as a whole.
    pub(crate) fn file_error(&self, problem: CsvProblem) -> DataError {
        csv_error(FilePosition::file(&self.path), problem)
    }
}

impl Tally {
    fn add(&mut self, text: &str, spot: impl FnOnce() -> Spot) {
        let first = match meaning(text) {
            Meaning::Number(number) => {
                self.numbers += 1;
                if number >= 0.0 {
                    return;
                }
                &mut self.first_negative
            }
            Meaning::Missing => &mut self.first_missing,
            Meaning::Infinite => {
                self.numbers += 1;
                &mut self.first_infinite
            }
            Meaning::Text => {
                self.texts += 1;
                self.decimal_commas += usize::from(has_decimal_comma(text));
                &mut self.first_text
            }
        };
        if first.is_none() {
            *first = Some(spot());
        }
    }
}
