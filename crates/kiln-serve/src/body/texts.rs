//! Texts in JSON.

use kiln_data::{CellValue, Features, Texts};
use kiln_experiment::Predictor;

use super::cell::{Cell, Element, Json};
use super::items::Items;
use super::malformed::malformed;
use crate::refusal::Refusal;

/// Reads `{"column": "a text"}`, `["a text", …]` or a list of such records.
pub(super) fn prepare(predictor: &Predictor, column: &str, body: &[u8]) -> Result<Items, Refusal> {
    let wanted =
        "send a record {\"column\": \"a text\"}, or a list of texts or records; GET /example shows one";
    let json: Json<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error, wanted))?;
    let (texts, is_list) = match json {
        Json::Record(record) => (vec![Element::Record(record)], false),
        Json::List(list) if list.is_empty() => {
            return Err(Refusal::new(422, "the list is empty", "give one text or more"));
        }
        Json::List(list) => (list, true),
    };
    let text = |(row, element): (usize, &Element<'_>)| match element {
        Element::Cell(cell) => text(row, column, cell),
        Element::Row(_) => {
            Err(Refusal::new(422, format!("row {row} is a list, where a text is expected"), wanted)
                .at(row, None))
        }
        Element::Record(record) => match record.iter().find(|(name, _)| name == column) {
            Some((_, cell)) => text(row, column, cell),
            None => {
                let error = format!("row {row} has no column {column:?}");
                Err(Refusal::new(422, error, wanted).at(row, Some(column.to_owned())))
            }
        },
    };
    let texts = texts.iter().enumerate().map(text).collect::<Result<Vec<_>, _>>()?;
    let prepared = predictor.prepare(&Features::Text(Texts::new(texts)));
    Ok(Items { prepared: prepared.map_err(|error| Refusal::of(&error))?, is_list })
}

/// A text as a table would have it: a missing one is empty, and a number its digits.
fn text(row: usize, column: &str, cell: &Cell<'_>) -> Result<String, Refusal> {
    match cell.value() {
        Some(CellValue::Text(text)) => Ok(text.trim().to_owned()),
        Some(CellValue::Number(number)) => Ok(number.to_string()),
        Some(_) => Ok(String::new()),
        None => {
            let error =
                format!("row {row} of column {column:?} is a list or an object, where a text is expected");
            Err(Refusal::new(422, error, "give a text in quotes").at(row, Some(column.to_owned())))
        }
    }
}
