//! The first reading of a file: every row is whole, and what each column looks like.

use super::assumed::Assumed;
use super::column::ColumnSurvey;
use super::rows::RowPlace;
use super::scan::{Row, Scan, TableFile, Wrong};
use super::spot::Spot;
use crate::DataError;
use crate::cell::{Decimal, Marks, number};
use crate::source::csv::{CsvProblem, cell};

/// The most categories of a column. More are names or identifiers, which would each become an input.
pub(crate) const MAX_CATEGORIES: usize = 1000;
/// The most different texts of all columns together that are kept: memory for them must not grow with the file.
const MAX_TEXTS: usize = 1 << 18;

/// What a file holds, after a reading that keeps little of it.
#[derive(Debug, Clone)]
pub(crate) struct Survey {
    /// The names of the columns; that of the first may be empty.
    pub(crate) names: Vec<String>,
    /// One for each name; columns that were not looked at stay empty.
    pub(crate) columns: Vec<ColumnSurvey>,
    /// Rows below the header.
    pub(crate) rows: usize,
    /// Which texts are missing values.
    pub(crate) marks: Marks,
}

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ReadAs {
    /// Numbers whose decimals begin so.
    Numbers(Decimal),
    /// Texts.
    Texts,
    /// No cell has a value.
    Nothing,
}

impl Survey {
    /// Reads the file once and looks at the columns that are `wanted`, one entry for each name.
    ///
    /// # Errors
    /// A row that is not whole, and a file without rows.
    pub(crate) fn of<F: TableFile + ?Sized>(
        file: &F,
        wanted: &[bool],
        marks: Marks,
    ) -> Result<Self, DataError> {
        let looked_at = wanted.iter().filter(|wanted| **wanted).count();
        let limit = (MAX_TEXTS / looked_at.max(1)).clamp(2, MAX_CATEGORIES);
        let names = file.names();
        let looked = |(name, wanted): (&String, &bool)| wanted.then(|| ColumnSurvey::new(limit, name));
        let begin = || Surveying {
            columns: names.iter().zip(wanted).map(looked).collect(),
            rows: 0,
            marks: marks.clone(),
        };
        let threads = loop {
            match file.scan(begin, |()| Ok(())) {
                Ok(threads) => break threads,
                Err(error) => file.settle(error)?,
            }
        };
        let mut survey = Self {
            names: file.names().to_vec(),
            columns: names.iter().map(|name| ColumnSurvey::new(limit, name)).collect(),
            rows: 0,
            marks: marks.clone(),
        };
        for thread in threads {
            survey.rows += thread.rows;
            for (column, seen) in survey.columns.iter_mut().zip(thread.columns) {
                if let Some(seen) = seen {
                    column.merge(seen);
                }
            }
        }
        if survey.rows == 0 {
            return Err(file.file_error(CsvProblem::NoRows));
        }
        Ok(survey)
    }

    /// What a column looks like: numbers, if there are more of them than of other texts.
    pub(crate) fn read_as(&self, column: usize, assumed: Assumed) -> ReadAs {
        let survey = &self.columns[column];
        match survey.numbers.count() {
            0 if survey.texts == 0 => ReadAs::Nothing,
            numbers if numbers > survey.texts => ReadAs::Numbers(self.decimal(column, assumed)),
            _ => ReadAs::Texts,
        }
    }

    /// What the decimals of a column begin with, where it is read as numbers. Where its cells do not tell, a setting does; else the
    /// other columns, where they agree; else the habit of most files.
    pub(crate) fn decimal(&self, column: usize, assumed: Assumed) -> Decimal {
        let numbers = &self.columns[column].numbers;
        let usual = if numbers.either_comma > 0 { assumed.of_commas } else { assumed.of_points };
        match numbers.decimal() {
            Some(decimal) => decimal,
            None if assumed.is_asked => usual,
            None if numbers.either_point + numbers.either_comma == 0 => Decimal::Point,
            None => self.of_others().unwrap_or(usual),
        }
    }

    /// How numbers were read that could be two, or have more digits than f64, in the columns that were read as numbers: a sentence
    /// for each.
    pub(crate) fn guesses(&self, assumed: Assumed, is_numeric: impl Fn(usize) -> bool) -> Vec<String> {
        let columns = (0..self.columns.len()).filter(|column| is_numeric(*column));
        columns.flat_map(|column| [self.guess(column, assumed), self.rounded(column)]).flatten().collect()
    }

    fn rounded(&self, column: usize) -> Option<String> {
        let (name, text) = (&self.names[column], &self.columns[column].first_rounded.as_ref()?.text);
        let read = number(text, Decimal::Point)?;
        Some(format!("column {name:?}: {text} is read as {read}, the nearest number of 64 bits"))
    }

    /// Columns of numbers with a unit, which are texts, among those that `counts`.
    pub(crate) fn units(&self, counts: impl Fn(usize) -> bool) -> Vec<String> {
        let columns = self.columns.iter().enumerate().filter(|(column, _)| counts(*column));
        let unit = |(column, survey): (usize, &ColumnSurvey)| {
            let spot =
                survey.words.first_unit.as_ref().filter(|_| 10 * survey.words.units >= 9 * survey.texts)?;
            let (name, text) = (&self.names[column], &spot.text);
            Some(format!(
                "column {name:?}: {text:?} is a text, not a number; take the unit off to make it one"
            ))
        };
        columns.filter_map(unit).collect()
    }

    fn guess(&self, column: usize, assumed: Assumed) -> Option<String> {
        let numbers = &self.columns[column].numbers;
        let decimal = self.decimal(column, assumed);
        // A decimal point is what everybody reads.
        let is_plain = decimal == Decimal::Point && numbers.either_comma == 0;
        let spot = numbers.first_either.as_ref()?;
        if numbers.decimal().is_some() || assumed.is_asked || is_plain {
            return None;
        }
        let (name, text) = (&self.names[column], &spot.text);
        let (read, other) = (number(text, decimal)?, number(text, decimal.other())?);
        let word = decimal.other().word();
        Some(format!("column {name:?}: {text} is read as {read}; with data.decimal = {word:?} it is {other}"))
    }

    /// What decimals begin with in all columns that tell; `None` when none does, or they do not agree.
    fn of_others(&self) -> Option<Decimal> {
        let mut found = self.columns.iter().filter_map(|column| {
            let mostly_numbers = column.numbers.count() > column.texts;
            column.numbers.decimal().filter(|_| mostly_numbers)
        });
        let first = found.next()?;
        found.all(|decimal| decimal == first).then_some(first)
    }

    /// Whether every cell that is not missing is a finite number whose decimals begin so. Otherwise the error names the first that
    /// is not.
    pub(crate) fn check_numbers<F: TableFile + ?Sized>(
        &self,
        file: &F,
        column: usize,
        decimal: Decimal,
    ) -> Result<(), DataError> {
        let survey = &self.columns[column];
        let other = survey.numbers.first_not(decimal);
        let text = survey.first_text.as_ref();
        // The first of both in the file.
        let is_decimal = |other: &&Spot| text.is_none_or(|text| other.place < text.place);
        Err(match (other.filter(is_decimal), text, &survey.first_infinite) {
            (Some(spot), ..) if decimal == Decimal::Point => {
                self.spot_error(file, column, spot, |cell, text| CsvProblem::DecimalComma { cell, text })
            }
            (Some(spot), ..) => {
                self.spot_error(file, column, spot, |cell, text| CsvProblem::DecimalPoint { cell, text })
            }
            (None, Some(spot), _) => {
                self.spot_error(file, column, spot, |cell, text| CsvProblem::NotANumber { cell, text })
            }
            (None, None, Some(spot)) => {
                self.spot_error(file, column, spot, |cell, text| CsvProblem::NotFinite { cell, text })
            }
            (None, None, None) => return Ok(()),
        })
    }

    /// An error about a cell that was seen.
    pub(crate) fn spot_error<F: TableFile + ?Sized>(
        &self,
        file: &F,
        column: usize,
        spot: &Spot,
        problem: impl FnOnce(crate::source::csv::Cell, String) -> CsvProblem,
    ) -> DataError {
        let problem = problem(cell(spot.place.row, &self.names[column]), spot.text.clone());
        file.error(spot.place, Some(column), problem)
    }
}

/// A survey that one thread makes.
struct Surveying {
    columns: Vec<Option<ColumnSurvey>>,
    rows: usize,
    marks: Marks,
}

impl Scan for Surveying {
    type Part = ();

    fn row<R: Row + ?Sized>(&mut self, place: RowPlace, row: &R) -> Result<(), Wrong> {
        for (number, column) in self.columns.iter_mut().enumerate() {
            if let Some(column) = column {
                column.add(row.cell(number), place, &self.marks);
            }
        }
        self.rows += 1;
        Ok(())
    }

    fn part(&mut self) {}
}

#[cfg(test)]
mod tests;
