//! Texts in JSON.

use std::borrow::Cow;

use kiln_data::{CellValue, Features, Texts};
use kiln_experiment::Predictor;

use super::cell::{Cell, Element, Json};
use super::items::Items;
use super::malformed::malformed;
use crate::refusal::Refusal;

const WANTED: &str =
    "send a record {\"column\": \"a text\"}, or a list of texts or records; GET /example shows one";

/// Reads `{"column": "a text"}`, `["a text", …]` or a list of such records. The column may also be called `text`, whatever it was in training.
pub(super) fn prepare(predictor: &Predictor, column: &str, body: &[u8]) -> Result<Items, Refusal> {
    let (texts, is_list) = read(column, body)?;
    let prepared = predictor.prepare(&Features::Text(Texts::new(texts)));
    Ok(Items { prepared: prepared.map_err(|error| Refusal::of(&error))?, is_list })
}

/// The texts of a body, and whether it is a list.
fn read(column: &str, body: &[u8]) -> Result<(Vec<String>, bool), Refusal> {
    let json: Json<'_> = serde_json::from_slice(body).map_err(|error| malformed(&error, WANTED))?;
    let (elements, is_list) = match json {
        Json::Record(record) => (vec![Element::Record(record)], false),
        Json::List(list) if list.is_empty() => {
            return Err(Refusal::new(422, "the list is empty", "give one text or more"));
        }
        Json::List(list) => (list, true),
    };
    let text = |(row, element): (usize, &Element<'_>)| match element {
        Element::Cell(cell) => text(row, column, cell),
        Element::Row(_) => {
            let error = format!("row {row} is a list, where a text is expected");
            Err(Refusal::new(422, error, WANTED).at(row, None))
        }
        Element::Record(record) => match cell_of(record, column) {
            Some((_, cell)) => text(row, column, cell),
            None => {
                let error = format!("row {row} has no column {column:?}");
                Err(Refusal::new(422, error, WANTED).at(row, Some(column.to_owned())))
            }
        },
    };
    let texts = elements.iter().enumerate().map(text).collect::<Result<Vec<_>, _>>()?;
    Ok((texts, is_list))
}

/// What a record has in its column.
fn cell_of<'a, 'b>(
    record: &'b [(Cow<'a, str>, Cell<'a>)],
    column: &str,
) -> Option<&'b (Cow<'a, str>, Cell<'a>)> {
    let of = |wanted: &str| record.iter().find(|(name, _)| name == wanted);
    of(column).or_else(|| of("text"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_and_lists_are_read_and_others_are_refused() {
        let texts =
            |body: &str| read("body", body.as_bytes()).map_err(|refusal| (refusal.status, refusal.error));
        let all = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(texts(r#"{"id": [1], "body": " a text "}"#).unwrap(), (all(&["a text"]), false));
        assert_eq!(texts(r#"{"text": "one"}"#).unwrap(), (all(&["one"]), false));
        assert_eq!(texts(r#"["one", null, 2]"#).unwrap(), (all(&["one", "", "2"]), true));
        assert_eq!(texts(r#"[{"body": "one"}, "two"]"#).unwrap(), (all(&["one", "two"]), true));
        for (body, status, piece) in [
            ("{", 400, "JSON"),
            ("[]", 422, "the list is empty"),
            (r#"{"words": "x"}"#, 422, "row 0 has no column \"body\""),
            (r#"["x", {"body": ["y"]}]"#, 422, "row 1 of column \"body\" is a list or an object"),
            (r#"["x", ["y"]]"#, 422, "row 1 is a list"),
        ] {
            let (found, error) = texts(body).unwrap_err();
            assert!(found == status && error.contains(piece), "{body}: {found} {error}");
        }
    }
}
