//! The second reading of a file: the cells of the wanted columns, in memory that is reserved once.

use std::collections::HashMap;

use super::cell::class_name;
use super::problem::CsvProblem;
use super::records::Records;
use super::survey::Survey;
use crate::cell::{Meaning, meaning};
use crate::source::files::reserve;
use crate::{DataError, FileError, MISSING, Values};

/// The most categories of a column. More are names or identifiers, which would each become an input.
pub(crate) const MAX_CATEGORIES: usize = 1000;
/// The most categories of all columns together: memory for their names must not grow with the file.
const MAX_ALL_CATEGORIES: usize = 1 << 16;

/// How to read a column.
pub(crate) enum Fill {
    /// Not at all.
    Skip,
    /// As numbers, NaN where one is missing.
    Numbers,
    /// As categories, which are those that occur, in the order of their texts.
    Categories,
    /// As classes: like categories, with `1` and `1.0` the same, numbers in their own order.
    Classes,
    /// As categories that are known; others are missing.
    Known(Vec<String>),
}

/// Reads the columns, one entry in `fills` each, of a file that was surveyed.
pub(crate) fn fill(survey: &Survey, fills: Vec<Fill>) -> Result<Vec<Option<Values>>, DataError> {
    let path = &survey.path;
    let changed = || DataError::from(FileError::Changed { path: path.clone() });
    let mut columns =
        fills.into_iter().map(|fill| Filling::new(survey, fill)).collect::<Result<Vec<_>, _>>()?;
    let mut records = Records::open(path)?;
    if records.header()? != survey.header {
        return Err(changed());
    }
    let (mut rows, mut categories) = (0, 0);
    while let Some(record) = records.next()? {
        rows += 1;
        // The rows were whole and the numbers were numbers a moment ago.
        if rows > survey.rows || record.len() != columns.len() {
            return Err(changed());
        }
        for (number, column) in columns.iter_mut().enumerate() {
            if matches!(column, Filling::Skip) {
                continue;
            }
            let text = record.text(number).ok_or_else(changed)?;
            categories += usize::from(column.push(text).map_err(|Mismatch| changed())?);
            if column.categories() > MAX_CATEGORIES || categories > MAX_ALL_CATEGORIES {
                let column = survey.header[number].clone();
                let problem = CsvProblem::TooManyCategories { column, limit: MAX_CATEGORIES };
                return Err(survey.file_error(problem));
            }
        }
    }
    if rows < survey.rows {
        return Err(changed());
    }
    Ok(columns.into_iter().map(Filling::finish).collect())
}

/// A column that is being read.
enum Filling {
    Skip,
    Numbers(Vec<f64>),
    /// Codes in the order of appearance until all are known.
    Learning {
        codes: Vec<u32>,
        seen: HashMap<String, u32>,
        classes: bool,
    },
    Known {
        codes: Vec<u32>,
        names: Vec<String>,
        code_of: HashMap<String, u32>,
    },
}

/// A number was expected.
struct Mismatch;

impl Filling {
    fn new(survey: &Survey, fill: Fill) -> Result<Self, DataError> {
        let (path, rows) = (&survey.path, survey.rows as u64);
        let learning =
            |classes| Ok(Self::Learning { codes: reserve(path, rows)?, seen: HashMap::new(), classes });
        match fill {
            Fill::Skip => Ok(Self::Skip),
            Fill::Numbers => Ok(Self::Numbers(reserve(path, rows)?)),
            Fill::Categories => learning(false),
            Fill::Classes => learning(true),
            Fill::Known(names) => {
                let code_of = names.iter().cloned().zip(0..).collect();
                Ok(Self::Known { codes: reserve(path, rows)?, names, code_of })
            }
        }
    }

    /// Adds a cell; true when it brings a new category.
    fn push(&mut self, text: &str) -> Result<bool, Mismatch> {
        let meaning = meaning(text);
        match self {
            Self::Skip => {}
            Self::Numbers(values) => values.push(match meaning {
                Meaning::Number(number) => number,
                Meaning::Missing => f64::NAN,
                Meaning::Infinite | Meaning::Text => return Err(Mismatch),
            }),
            Self::Learning { codes, .. } if meaning == Meaning::Missing => codes.push(MISSING),
            Self::Learning { codes, seen, classes } => {
                let name = if *classes { class_name(text) } else { text.to_owned() };
                let next = seen.len() as u32;
                let code = *seen.entry(name).or_insert(next);
                codes.push(code);
                return Ok(code == next);
            }
            Self::Known { codes, .. } if meaning == Meaning::Missing => codes.push(MISSING),
            Self::Known { codes, code_of, .. } => codes.push(code_of.get(text).copied().unwrap_or(MISSING)),
        }
        Ok(false)
    }

    fn categories(&self) -> usize {
        match self {
            Self::Learning { seen, .. } => seen.len(),
            _ => 0,
        }
    }

    fn finish(self) -> Option<Values> {
        match self {
            Self::Skip => None,
            Self::Numbers(values) => Some(Values::Numeric(values)),
            Self::Learning { codes, seen, classes } => Some(in_order(codes, seen, classes)),
            Self::Known { codes, names, .. } => Some(Values::Categorical { codes, names }),
        }
    }
}

/// Codes by the order of the names, so that they do not depend on the order of the rows.
fn in_order(mut codes: Vec<u32>, seen: HashMap<String, u32>, classes: bool) -> Values {
    let mut pairs: Vec<(String, u32)> = seen.into_iter().collect();
    pairs.sort_unstable();
    let number = |name: &str| name.parse::<f64>();
    if classes && pairs.iter().all(|(name, _)| number(name).is_ok()) {
        pairs.sort_by(|(a, _), (b, _)| {
            number(a).unwrap_or_default().total_cmp(&number(b).unwrap_or_default())
        });
    }
    let mut new_code = vec![0; pairs.len()];
    for (new, (_, old)) in (0..).zip(&pairs) {
        new_code[*old as usize] = new;
    }
    for code in codes.iter_mut().filter(|code| **code != MISSING) {
        *code = new_code[*code as usize];
    }
    Values::Categorical { codes, names: pairs.into_iter().map(|(name, _)| name).collect() }
}
