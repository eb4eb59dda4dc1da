//! The first line: every column has a name of its own.

use std::collections::HashMap;

use super::problem::{CsvProblem, cell};
use super::record::Record;

/// The names; or the number of the wrong column (from 0) and what is wrong.
pub(crate) fn names(record: &Record<'_>) -> Result<Vec<String>, (Option<usize>, CsvProblem)> {
    let mut names = Vec::with_capacity(record.len());
    let mut seen = HashMap::new();
    for column in 0..record.len() {
        let number = column + 1;
        let wrong = |problem| Err((Some(column), problem));
        match record.text(column) {
            None => return wrong(CsvProblem::Encoding { cell: cell(0, &number.to_string()) }),
            Some("") => return wrong(CsvProblem::EmptyName { number }),
            Some(name) => {
                if let Some(first) = seen.insert(name, number) {
                    return wrong(CsvProblem::DuplicateName { name: name.to_owned(), first, number });
                }
                names.push(name.to_owned());
            }
        }
    }
    match data_in(&names) {
        Some(column) => Err((Some(column), CsvProblem::HeaderIsData { text: names[column].clone() })),
        None => Ok(names),
    }
}

/// The first fraction in a line that is a row of data: half of its cells or more are numbers. Whole numbers alone
/// may be names, as pixel columns often have.
fn data_in(names: &[String]) -> Option<usize> {
    let is_number = |name: &&String| name.parse::<f64>().is_ok();
    let numbers = names.iter().filter(is_number).count();
    let fraction = names.iter().position(|name| is_number(&name) && name.contains('.'));
    fraction.filter(|_| 2 * numbers >= names.len())
}
