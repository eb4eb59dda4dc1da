//! How the columns of a file are read a second time, after a check that they can be.

use super::role::Read;
use crate::source::csv::CsvProblem;
use crate::source::table::{Fill, Survey, TableFile};
use crate::{DataError, DateForm};

/// How to read a column of the file.
///
/// # Errors
/// The first cell that the column cannot have, with its place.
pub(super) fn fill_of<F: TableFile + ?Sized>(
    file: &F,
    survey: &Survey,
    column: usize,
    read: Read,
) -> Result<Fill, DataError> {
    Ok(match read {
        Read::Skip => Fill::Skip,
        Read::Numbers => {
            let decimal = survey.decimal(column, file.decimal());
            survey.check_numbers(file, column, decimal)?;
            Fill::Numbers(decimal)
        }
        Read::Dates(form) => {
            check_dates(file, survey, column, form)?;
            Fill::Parsed(Box::new(move |text| form.days(text)))
        }
        Read::Categories | Read::Booleans | Read::Labels => Fill::Texts,
        Read::Classes | Read::NumberClasses => Fill::Classes,
        Read::Groups => Fill::Parsed(Box::new(|text| Some(group(text)))),
    })
}

/// Whether every text of a column is a date in this form.
fn check_dates<F: TableFile + ?Sized>(
    file: &F,
    survey: &Survey,
    column: usize,
    form: DateForm,
) -> Result<(), DataError> {
    let seen = &survey.columns[column];
    let form_of = || form.order();
    match &seen.words.first_undated {
        Some(spot) => Err(survey.spot_error(file, column, spot, |cell, text| CsvProblem::NotADate {
            cell,
            text,
            form: form_of(),
        })),
        None if seen.numbers.count() == 0 && seen.words.dates.all_in(form) => Ok(()),
        None => {
            let column = survey.names[column].clone();
            Err(file.file_error(CsvProblem::OtherDates { column, form: form_of() }))
        }
    }
}

/// A number for a group, the same for equal texts and in every version of this program: folds depend on the order of the numbers.
/// That two groups have one number is as good as impossible; they would only be kept together.
fn group(text: &str) -> f64 {
    let [a, b, c, d, e, f, ..] = *blake3::hash(text.as_bytes()).as_bytes();
    // 48 bits are exact in f64.
    u64::from_be_bytes([0, 0, a, b, c, d, e, f]) as f64
}
