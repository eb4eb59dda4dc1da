//! The first line: every column has a name of its own.

use std::collections::HashMap;

use super::cells::Cells;
use super::dialect::Delimiter;
use super::problem::{CsvProblem, cell};
use crate::cell::{Number, scan};

/// The number of a wrong column (from 0), and what is wrong.
pub(crate) type WrongName = (usize, CsvProblem);

/// The names in the header line `row`, without white space around them.
pub(crate) fn names(row: &[u8], delimiter: Delimiter) -> Result<Vec<String>, WrongName> {
    let mut cells = Cells::default();
    cells.split(row, delimiter);
    let text = match std::str::from_utf8(row) {
        Ok(text) => text,
        Err(error) => {
            let column = cells.at(error.valid_up_to());
            return Err((column, CsvProblem::Encoding { cell: cell(0, &(column + 1).to_string()) }));
        }
    };
    cells.unescape(text);
    Ok((0..cells.len()).map(|column| cells.text(text, column).to_owned()).collect())
}

/// Whether every column has a name of its own, and the line names columns. The first may have none: it counts the rows, as in files
/// of R and pandas.
pub(crate) fn check(names: &[String]) -> Result<(), WrongName> {
    let mut seen = HashMap::new();
    for (column, name) in names.iter().enumerate() {
        let number = column + 1;
        if name.is_empty() && (column > 0 || names.len() == 1) {
            return Err((column, CsvProblem::EmptyName { number }));
        }
        if let Some(first) = seen.insert(name, number) {
            return Err((column, CsvProblem::DuplicateName { name: name.clone(), first, number }));
        }
    }
    match data_in(names) {
        Some(column) => Err((column, CsvProblem::HeaderIsData { text: names[column].clone() })),
        None => Ok(()),
    }
}

/// The first fraction in a line that is a row of data: half of its cells or more are numbers. Whole numbers alone
/// may be names, as pixel columns often have.
fn data_in(names: &[String]) -> Option<usize> {
    let is_number = |name: &String| !matches!(scan(name), Number::Text);
    let is_fraction = |name: &String| is_number(name) && name.contains(['.', ',']);
    let numbers = names.iter().filter(|name| is_number(name)).count();
    names.iter().position(is_fraction).filter(|_| 2 * numbers >= names.len())
}
