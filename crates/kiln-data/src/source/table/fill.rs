//! The second reading of a file: the cells of the wanted columns, in memory that is reserved once.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::codes::{Dictionary, merge, merge_others};
use super::distinct::TextMap;
use super::rows::RowPlace;
use super::scan::{Problem, Row, Scan, TableFile, Wrong};
use super::survey::Survey;
use crate::cell::{Decimal, Marks, number};
use crate::source::csv::CsvProblem;
use crate::source::files::reserve;
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
    let path = file.path();
    let known: Vec<Option<TextMap<u32>>> = fills.iter().map(Fill::code_of).collect();
    let threads = AtomicUsize::new(0);
    let begin = || Filling {
        thread: threads.fetch_add(1, Ordering::Relaxed),
        columns: fills.iter().map(Part::new).collect(),
        dictionaries: fills.iter().map(Fill::dictionary).collect(),
        how: How { fills, known: &known, marks: &survey.marks },
    };
    let mut columns = Vec::with_capacity(fills.len());
    for fill in fills {
        columns.push(Part::reserved(fill, path, survey.rows as u64)?);
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
        columns.iter_mut().zip(part).for_each(|(column, part)| column.append(part));
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
        values.push(match column {
            Part::Skip => None,
            Part::Numbers(numbers) => Some(Values::Numeric(numbers)),
            Part::Codes(mut codes) => {
                let names = names(fill, dictionaries, &mut codes, &parts).map_err(|limit| {
                    let column = survey.names[number].clone();
                    file.file_error(CsvProblem::TooManyCategories { column, limit })
                })?;
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

/// The cells of a column, in a part of the file or in all of it.
enum Part {
    Skip,
    Numbers(Vec<f64>),
    Codes(Vec<u32>),
}

impl Part {
    fn new(fill: &Fill) -> Self {
        match fill {
            Fill::Skip => Self::Skip,
            Fill::Numbers(_) | Fill::Parsed(_) => Self::Numbers(Vec::new()),
            Fill::Texts | Fill::Classes | Fill::Known { .. } => Self::Codes(Vec::new()),
        }
    }

    fn reserved(fill: &Fill, path: &std::path::Path, rows: u64) -> Result<Self, DataError> {
        Ok(match Self::new(fill) {
            Self::Skip => Self::Skip,
            Self::Numbers(_) => Self::Numbers(reserve(path, rows)?),
            Self::Codes(_) => Self::Codes(reserve(path, rows)?),
        })
    }

    fn len(&self) -> usize {
        match self {
            Self::Skip => 0,
            Self::Numbers(cells) => cells.len(),
            Self::Codes(cells) => cells.len(),
        }
    }

    /// The cells so far; as many are expected again.
    fn take(&mut self) -> Self {
        match self {
            Self::Skip => Self::Skip,
            Self::Numbers(cells) => {
                let next = Vec::with_capacity(cells.len());
                Self::Numbers(std::mem::replace(cells, next))
            }
            Self::Codes(cells) => {
                let next = Vec::with_capacity(cells.len());
                Self::Codes(std::mem::replace(cells, next))
            }
        }
    }

    fn append(&mut self, part: Self) {
        match (self, part) {
            (Self::Numbers(all), Self::Numbers(part)) => all.extend_from_slice(&part),
            (Self::Codes(all), Self::Codes(part)) => all.extend_from_slice(&part),
            _ => {}
        }
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
