//! The second reading of a file: the cells of the wanted columns, in memory that is reserved once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::codes::{Dictionary, merge, merge_others};
use super::distinct::TextMap;
use super::part::Part;
use super::rows::RowPlace;
use super::scan::{Problem, Row, Scan, TableFile, Wrong};
use super::spill::{Keep, Spill};
use super::survey::Survey;
use crate::cell::{Decimal, Marks, number};
use crate::form::StoredCells;
use crate::source::csv::CsvProblem;
use crate::{CellValue, DataError, FileError, MISSING, Values};

/// The number that a text stands for; `None` where it stands for none.
pub(crate) type Parse = Box<dyn Fn(&str) -> Option<f64> + Send + Sync>;

/// How to read a column.
pub(crate) enum Fill {
    /// Not at all.
    Skip,
    /// As numbers whose decimals begin so; NaN where one is missing.
    Numbers(Decimal),
    /// As the numbers that a function makes of texts, such as dates; NaN where one is missing.
    Parsed(Parse),
    /// As categories, which are those that occur, as they are written and in the order of their texts.
    Texts,
    /// As classes: like texts, but where all are numbers, in the order of the numbers.
    Classes,
    /// As categories that are known.
    Known {
        /// The categories, in the order of their codes.
        names: Vec<String>,
        /// `None`: others are missing. Otherwise they stand behind those that are known, in the order of their texts; where there are
        /// more than 1000, all are this one.
        others: Option<&'static str>,
    },
}

/// Reads the columns, one entry in `fills` each, of a file that was surveyed.
///
/// # Errors
/// [`FileError::Changed`] where the file is not what it was, and a column with too many categories.
pub(crate) fn fill<F: TableFile + ?Sized>(
    file: &F,
    survey: &Survey,
    fills: &[Fill],
) -> Result<Vec<Option<Values>>, DataError> {
    fill_or_keep(file, survey, fills, None)
}

/// As [`fill`]; columns that may go to disk do so where they are too large to be held: [`Values::Stored`].
///
/// # Errors
/// As [`fill`], and of the disk.
pub(crate) fn fill_or_keep<F: TableFile + ?Sized>(
    file: &F,
    survey: &Survey,
    fills: &[Fill],
    keep: Option<&Keep<'_>>,
) -> Result<Vec<Option<Values>>, DataError> {
    let path = file.path();
    let spill = Spill::new(keep, survey.rows)?;
    let is_stored = |column: usize| spill.as_ref().is_some_and(|spill| spill.has(column));
    let known: Vec<Option<TextMap<u32>>> = fills.iter().map(Fill::code_of).collect();
    let threads = AtomicUsize::new(0);
    let begin = || Filling {
        thread: threads.fetch_add(1, Ordering::Relaxed),
        columns: fills.iter().map(Fill::part).collect(),
        dictionaries: fills.iter().map(Fill::dictionary).collect(),
        how: How { fills, known: &known, marks: &survey.marks },
    };
    let mut columns = Vec::with_capacity(fills.len());
    for (number, fill) in fills.iter().enumerate() {
        let rows = if is_stored(number) { 0 } else { survey.rows as u64 };
        columns.push(fill.part().reserved(path, rows)?);
    }
    let changed = || DataError::from(FileError::Changed { path: path.to_owned() });
    let (mut rows, mut parts) = (0, Vec::new());
    let mut filled = file.scan(begin, |(thread, part)| {
        let count = part.iter().map(Part::len).max().unwrap_or_default();
        rows += count;
        if rows > survey.rows {
            return Err(changed());
        }
        parts.push((thread, count));
        if let Some(spill) = &spill {
            spill.write(rows - count, part.iter().map(|part| part.block(thread)))?;
        }
        let held = columns.iter_mut().zip(part).enumerate().filter(|(number, _)| !is_stored(*number));
        held.for_each(|(_, (column, part))| column.append(part));
        Ok(())
    })?;
    let read = fills.iter().any(|fill| !matches!(fill, Fill::Skip));
    if read && rows < survey.rows {
        return Err(changed());
    }
    filled.sort_unstable_by_key(|thread| thread.thread);
    let mut values = Vec::with_capacity(columns.len());
    for (number, (column, fill)) in columns.into_iter().zip(fills).enumerate() {
        let dictionaries = filled.iter().filter_map(move |thread| thread.dictionaries[number].as_ref());
        let too_many = |limit| {
            let column = survey.names[number].clone();
            file.file_error(CsvProblem::TooManyCategories { column, limit })
        };
        if let Some(spill) = spill.as_ref().filter(|spill| spill.has(number)) {
            let cells = match column {
                Part::Codes(_) => {
                    // What becomes of every code of each thread.
                    let parts: Vec<_> = dictionaries.clone().map(Dictionary::len).enumerate().collect();
                    let mut codes: Vec<u32> =
                        parts.iter().flat_map(|(_, length)| 0..*length as u32).collect();
                    let names = names(fill, dictionaries, &mut codes, &parts).map_err(too_many)?;
                    let mut rest = codes.into_iter();
                    let codes =
                        parts.iter().map(|(_, length)| rest.by_ref().take(*length).collect()).collect();
                    StoredCells::Categories { codes, names }
                }
                Part::Numbers(_) | Part::Skip => StoredCells::Numbers,
            };
            values.push(spill.column(number, cells));
            continue;
        }
        values.push(match column {
            Part::Skip => None,
            Part::Numbers(numbers) => Some(Values::Numeric(numbers)),
            Part::Codes(mut codes) => {
                let names = names(fill, dictionaries, &mut codes, &parts).map_err(too_many)?;
                Some(Values::Categorical { codes, names })
            }
        });
    }
    Ok(values)
}

/// The categories of a column whose parts were read; the codes become those of all threads.
fn names<'a>(
    fill: &Fill,
    dictionaries: impl Iterator<Item = &'a Dictionary> + Clone,
    codes: &mut [u32],
    parts: &[(usize, usize)],
) -> Result<Vec<String>, usize> {
    match fill {
        Fill::Known { names, others: None } => Ok(names.clone()),
        Fill::Known { names, others: Some(others) } => {
            let others = merge_others(dictionaries, others, names.len() as u32, codes, parts);
            Ok(names.iter().cloned().chain(others).collect())
        }
        _ => merge(dictionaries, matches!(fill, Fill::Classes), codes, parts),
    }
}

impl Fill {
    /// No cell yet.
    fn part(&self) -> Part {
        match self {
            Self::Skip => Part::Skip,
            Self::Numbers(_) | Self::Parsed(_) => Part::Numbers(Vec::new()),
            Self::Texts | Self::Classes | Self::Known { .. } => Part::Codes(Vec::new()),
        }
    }

    /// For a column whose categories are those that occur.
    fn dictionary(&self) -> Option<Dictionary> {
        matches!(self, Self::Texts | Self::Classes | Self::Known { others: Some(_), .. })
            .then(Dictionary::default)
    }

    /// The codes of the known categories.
    fn code_of(&self) -> Option<TextMap<u32>> {
        let Self::Known { names, .. } = self else { return None };
        Some(names.iter().map(|name| name.as_str().into()).zip(0..).collect())
    }
}

/// What one thread reads.
struct Filling<'a> {
    thread: usize,
    columns: Vec<Part>,
    /// For columns whose categories are those that occur.
    dictionaries: Vec<Option<Dictionary>>,
    how: How<'a>,
}

/// How all threads read.
#[derive(Clone, Copy)]
struct How<'a> {
    fills: &'a [Fill],
    known: &'a [Option<TextMap<u32>>],
    marks: &'a Marks,
}

impl Scan for Filling<'_> {
    type Part = (usize, Vec<Part>);

    fn row<R: Row + ?Sized>(&mut self, place: RowPlace, row: &R) -> Result<(), Wrong> {
        for (column, part) in self.columns.iter_mut().enumerate() {
            match part {
                Part::Skip => {}
                Part::Numbers(numbers) => {
                    // The cells were numbers a moment ago.
                    let number = self.how.number(&self.how.fills[column], row.cell(column));
                    let changed = || Wrong { place, column: Some(column), problem: Problem::Changed };
                    numbers.push(number.ok_or_else(changed)?);
                }
                Part::Codes(codes) => {
                    let cell = row.cell(column);
                    codes.push(match (&self.how.known[column], &mut self.dictionaries[column]) {
                        (Some(known), others) => {
                            self.how.code(cell, |text| match (known.get(text), others) {
                                (Some(code), _) => *code,
                                (None, Some(others)) => others.code(text, known.len() as u32),
                                (None, None) => MISSING,
                            })
                        }
                        (None, Some(dictionary)) => self.how.code(cell, |text| dictionary.code(text, 0)),
                        (None, None) => MISSING,
                    });
                }
            }
        }
        Ok(())
    }

    fn part(&mut self) -> Self::Part {
        (self.thread, self.columns.iter_mut().map(Part::take).collect())
    }
}

impl How<'_> {
    /// The number of a cell, NaN where it is missing; `None` where it is none.
    #[inline]
    fn number(self, fill: &Fill, cell: CellValue<'_>) -> Option<f64> {
        let text = match cell {
            CellValue::Text(text) => text,
            CellValue::Number(number) if !self.marks.is_missing(number) => return Some(number),
            _ => return Some(f64::NAN),
        };
        let found = match fill {
            Fill::Numbers(decimal) => number(text, *decimal),
            Fill::Parsed(parse) => parse(text),
            _ => None,
        };
        match found {
            Some(number) if !self.marks.has_numbers() => Some(number),
            Some(number) => {
                let is_missing = self.marks.is_missing(number) || self.marks.of(text).is_some();
                Some(if is_missing { f64::NAN } else { number })
            }
            None => self.is_mark(text).then_some(f64::NAN),
        }
    }

    /// Whether a text that is no number of its column stands for a missing value: `-999.0` does where `-999` does, among decimal
    /// commas, too.
    fn is_mark(self, text: &str) -> bool {
        let is_missing = |number| self.marks.is_missing(number);
        self.marks.of(text).is_some() || self.marks.has_numbers() && text.parse().is_ok_and(is_missing)
    }

    /// The code of a cell by its text.
    #[inline]
    fn code(self, cell: CellValue<'_>, code: impl FnOnce(&str) -> u32) -> u32 {
        match cell {
            CellValue::Text(text) if self.is_missing(text) => MISSING,
            CellValue::Text(text) => code(text),
            CellValue::Number(number) if !number.is_nan() && !self.marks.is_missing(number) => {
                code(&number.to_string())
            }
            _ => MISSING,
        }
    }

    fn is_missing(self, text: &str) -> bool {
        self.marks.of(text) == Some(crate::cell::Mark::Always)
    }
}
