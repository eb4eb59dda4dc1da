//! The columns of a trained model in a file of new rows.

use kiln_core::nearest;

use super::fills::fill_of;
use super::finish::finish;
use super::role::Read;
use crate::cell::{Marks, are_truths, spelled};
use crate::preprocess::OTHERS;
use crate::source::csv::CsvProblem;
use crate::source::table::{Fill, Survey, TableFile, fill};
use crate::{Column, ColumnKind, ColumnSchema, DataError, Features, Values};

/// Reads the columns of a trained model, in the model's order, whatever else the file holds. Gives the columns and the number
/// of rows.
///
/// # Errors
/// A column that is not there, or a cell that its column cannot have.
pub(crate) fn read_columns<F: TableFile>(
    file: &F,
    wanted: &[ColumnSchema],
    marks: Marks,
) -> Result<(Features, usize), DataError> {
    let names = file.names();
    let mut places = Vec::with_capacity(wanted.len());
    for column in wanted {
        let place = names.iter().position(|name| *name == column.name);
        places.push(place.ok_or_else(|| {
            let nearest = nearest(&column.name, names.iter().map(String::as_str));
            file.file_error(CsvProblem::MissingColumn { column: column.name.clone(), nearest })
        })?);
    }
    let looked_at: Vec<bool> = (0..names.len()).map(|place| places.contains(&place)).collect();
    let survey = Survey::of(file, &looked_at, marks)?;
    let mut fills: Vec<Fill> = names.iter().map(|_| Fill::Skip).collect();
    for (&place, column) in places.iter().zip(wanted) {
        fills[place] = match &column.kind {
            ColumnKind::Categorical(known) if are_truths(known) => Fill::Texts,
            ColumnKind::Categorical(known) => Fill::Known { names: known.clone(), others: Some(OTHERS) },
            kind => fill_of(file, &survey, place, read_of(kind))?,
        };
    }
    let mut columns = fill(file, &survey, &fills)?;
    let mut features = Vec::with_capacity(wanted.len());
    for (&place, column) in places.iter().zip(wanted) {
        let Some(values) = columns[place].take() else { continue };
        let values = match &column.kind {
            ColumnKind::Categorical(known) if are_truths(known) => spelled_as(values, known),
            kind => finish(values, read_of(kind)),
        };
        features.push(Column { name: column.name.clone(), values });
    }
    Ok((Features::Table(features), survey.rows))
}

fn read_of(kind: &ColumnKind) -> Read {
    match kind {
        ColumnKind::Numeric => Read::Numbers,
        ColumnKind::Categorical(_) => Read::Categories,
        ColumnKind::Dates(form) => Read::Dates(*form),
    }
}

/// Categories with the spelling of the known ones where they differ in case alone.
fn spelled_as(values: Values, known: &[String]) -> Values {
    let Values::Categorical { codes, names } = values else { return values };
    let names = names.iter().map(|name| spelled(known, name).to_owned()).collect();
    Values::Categorical { codes, names }
}
