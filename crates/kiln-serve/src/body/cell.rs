//! What JSON can hold where rows are expected, read in one pass.

use std::borrow::Cow;
use std::fmt;

use kiln_data::CellValue;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Whole numbers beyond this are not exact as f64.
const EXACT: u64 = 1 << 53;

/// A cell of a row.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Missing,
    Number(f64),
    Text(Cow<'a, str>),
    /// A list or an object, which no cell can be.
    Nested,
}

impl Cell<'_> {
    /// The cell for a model; `None` for what no cell can be.
    pub(super) fn value(&self) -> Option<CellValue<'_>> {
        match self {
            Self::Missing => Some(CellValue::Missing),
            Self::Number(number) => Some(CellValue::Number(*number)),
            Self::Text(text) => Some(CellValue::Text(text)),
            Self::Nested => None,
        }
    }
}

/// A cell, a row of cells, or a record.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Element<'a> {
    Cell(Cell<'a>),
    Row(Vec<Cell<'a>>),
    Record(Vec<(Cow<'a, str>, Cell<'a>)>),
}

/// A body of JSON.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'a> {
    List(Vec<Element<'a>>),
    Record(Vec<(Cow<'a, str>, Cell<'a>)>),
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Whole;

        impl<'de> Visitor<'de> for Whole {
            type Value = Json<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a record, a row, or a list of them")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Json<'de>, A::Error> {
                elements(list).map(Json::List)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Json<'de>, A::Error> {
                record(map).map(Json::Record)
            }
        }

        deserializer.deserialize_any(Whole)
    }
}

impl<'de> Deserialize<'de> for Element<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct One;

        impl<'de> Visitor<'de> for One {
            type Value = Element<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a cell, a row or a record")
            }

            fn visit_unit<E>(self) -> Result<Element<'de>, E> {
                Ok(Element::Cell(Cell::Missing))
            }

            fn visit_bool<E>(self, truth: bool) -> Result<Element<'de>, E> {
                // As in a file of JSON lines.
                Ok(Element::Cell(Cell::Text(Cow::Borrowed(if truth { "true" } else { "false" }))))
            }

            fn visit_f64<E>(self, number: f64) -> Result<Element<'de>, E> {
                Ok(Element::Cell(Cell::Number(number)))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Element<'de>, E> {
                Ok(Element::Cell(whole(number, number as f64, number <= EXACT)))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Element<'de>, E> {
                Ok(Element::Cell(whole(number, number as f64, number.unsigned_abs() <= EXACT)))
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Element<'de>, E> {
                Ok(Element::Cell(Cell::Text(Cow::Borrowed(text))))
            }

            fn visit_str<E>(self, text: &str) -> Result<Element<'de>, E> {
                Ok(Element::Cell(Cell::Text(Cow::Owned(text.to_owned()))))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Element<'de>, A::Error> {
                elements(list).map(Element::Row)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Element<'de>, A::Error> {
                record(map).map(Element::Record)
            }
        }

        deserializer.deserialize_any(One)
    }
}

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Element::deserialize(deserializer).map(|element| match element {
            Element::Cell(cell) => cell,
            Element::Row(_) | Element::Record(_) => Cell::Nested,
        })
    }
}

/// A whole number; one that is not exact as f64 stays a text, which may be a category.
fn whole(number: impl ToString, rounded: f64, is_exact: bool) -> Cell<'static> {
    if is_exact { Cell::Number(rounded) } else { Cell::Text(Cow::Owned(number.to_string())) }
}

fn elements<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(mut list: A) -> Result<Vec<T>, A::Error> {
    let mut found = Vec::new();
    while let Some(element) = list.next_element()? {
        found.push(element);
    }
    Ok(found)
}

fn record<'de, A: MapAccess<'de>>(mut map: A) -> Result<Vec<(Cow<'de, str>, Cell<'de>)>, A::Error> {
    let mut found = Vec::new();
    while let Some((Name(name), cell)) = map.next_entry()? {
        found.push((name, cell));
    }
    Ok(found)
}

/// A key, which is copied only where it has escapes.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_cell_is_read() {
        let text = r#"[1, -2.5, "a", "\u00e9", null, true, [1], {"b": 2}, 9007199254740993]"#;
        let Json::List(cells) = serde_json::from_str(text).unwrap() else { panic!() };
        let words = |text: &'static str| Cell::Text(Cow::Borrowed(text));
        let expected = [
            Element::Cell(Cell::Number(1.0)),
            Element::Cell(Cell::Number(-2.5)),
            Element::Cell(words("a")),
            Element::Cell(words("é")),
            Element::Cell(Cell::Missing),
            Element::Cell(words("true")),
            Element::Row(vec![Cell::Number(1.0)]),
            Element::Record(vec![(Cow::Borrowed("b"), Cell::Number(2.0))]),
            Element::Cell(words("9007199254740993")),
        ];
        assert_eq!(cells, expected);
    }

    #[test]
    fn what_is_nested_deeper_is_no_cell() {
        let Json::List(rows) = serde_json::from_str(r#"[[1, [2, [3]]], [{}]]"#).unwrap() else { panic!() };
        let nested = |cells: &[Cell<'static>]| Element::Row(cells.to_vec());
        assert_eq!(rows, [nested(&[Cell::Number(1.0), Cell::Nested]), nested(&[Cell::Nested])]);
    }
}
