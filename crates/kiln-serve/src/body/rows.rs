//! Rows and records in JSON.

use std::borrow::Cow;

use kiln_data::CellValue;
use kiln_experiment::Predictor;
use kiln_experiment::predict::Prepared;

use super::cell::{Cell, Element, Json};
use super::items::Items;
use super::malformed::malformed;
use crate::refusal::Refusal;

const WANTED: &str =
    "send a record {\"column\": cell}, a row [cell, cell], or a list of either; GET /example shows one";

type Record<'a> = Vec<(Cow<'a, str>, Cell<'a>)>;

/// Reads `{…}`, `[cell, …]`, `[[cell, …], …]` or `[{…}, …]`.
pub(super) fn prepare(predictor: &Predictor, body: &[u8]) -> Result<Items, Refusal> {
    let json: Json<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error, WANTED))?;
    let (prepared, is_list) = match json {
        Json::Record(record) => (records(predictor, &[record])?, false),
        Json::List(list) => match list.first() {
            None => return Err(Refusal::new(422, "the list is empty", "give one item or more")),
            Some(Element::Cell(_)) => (rows(predictor, &[alike(list, cell)?])?, false),
            Some(Element::Row(_)) => (rows(predictor, &alike(list, row)?)?, true),
            Some(Element::Record(_)) => (records(predictor, &alike(list, record)?)?, true),
        },
    };
    Ok(Items { prepared, is_list })
}

/// The elements of a list, which are all of the kind of the first.
fn alike<'a, T>(list: Vec<Element<'a>>, of: fn(Element<'a>) -> Option<T>) -> Result<Vec<T>, Refusal> {
    let other = |place| {
        let error = format!("element {place} of the list is of another kind than the first");
        Refusal::new(422, error, WANTED).at(place, None)
    };
    list.into_iter().enumerate().map(|(place, element)| of(element).ok_or_else(|| other(place))).collect()
}

fn cell(element: Element<'_>) -> Option<Cell<'_>> {
    if let Element::Cell(cell) = element { Some(cell) } else { None }
}

fn row(element: Element<'_>) -> Option<Vec<Cell<'_>>> {
    if let Element::Row(row) = element { Some(row) } else { None }
}

fn record(element: Element<'_>) -> Option<Record<'_>> {
    if let Element::Record(record) = element { Some(record) } else { None }
}

fn rows(predictor: &Predictor, rows: &[Vec<Cell<'_>>]) -> Result<Prepared, Refusal> {
    let name = |place: usize| Some(predictor.columns()?.get(place)?.name.clone());
    let mut values = Vec::with_capacity(rows.len());
    for (row, cells) in rows.iter().enumerate() {
        let mut of_row = Vec::with_capacity(cells.len());
        for (place, cell) in cells.iter().enumerate() {
            of_row.push(cell.value().ok_or_else(|| nested(row, name(place)))?);
        }
        values.push(of_row);
    }
    predictor.prepare_rows(&values).map_err(|error| Refusal::of(&error))
}

fn records(predictor: &Predictor, records: &[Record<'_>]) -> Result<Prepared, Refusal> {
    let columns = predictor.columns().unwrap_or_default();
    let mut values = Vec::with_capacity(records.len());
    for (row, record) in records.iter().enumerate() {
        let mut of_row: Vec<(&str, CellValue<'_>)> = Vec::with_capacity(record.len());
        for (name, cell) in record {
            match cell.value() {
                Some(value) => of_row.push((name, value)),
                // What is no column of the model does not count, whatever it holds.
                None if columns.iter().all(|column| column.name != *name) => {}
                None => return Err(nested(row, Some(name.clone().into_owned()))),
            }
        }
        values.push(of_row);
    }
    predictor.prepare_records(&values).map_err(|error| Refusal::of(&error))
}

fn nested(row: usize, column: Option<String>) -> Refusal {
    let of = column.as_ref().map(|column| format!(" of column {column:?}")).unwrap_or_default();
    let error = format!("row {row}{of} is a list or an object, where a cell is expected");
    Refusal::new(422, error, "a cell is a number, a text, true, false or null").at(row, column)
}
