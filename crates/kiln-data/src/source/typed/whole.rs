//! A cell that may have been made from another type.

use crate::CellValue;

/// Whole numbers beyond this are not exact as f64.
const EXACT: u64 = 1 << 53;

/// A cell, whose text may be its own.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell<'a> {
    Missing,
    Number(f64),
    Text(&'a str),
    /// Made from a value of another type.
    Made(String),
}

impl Cell<'_> {
    pub(super) fn value(&self) -> CellValue<'_> {
        match self {
            Self::Missing => CellValue::Missing,
            Self::Number(number) => CellValue::Number(*number),
            Self::Text(text) => CellValue::Text(text),
            Self::Made(text) => CellValue::Text(text),
        }
    }
}

/// A whole number; as a text where it is not exact as f64.
pub(super) fn whole<'a>(size: u64, negative: bool) -> Cell<'a> {
    match (size <= EXACT, negative) {
        (true, false) => Cell::Number(size as f64),
        (true, true) => Cell::Number(-(size as f64)),
        (false, false) => Cell::Made(size.to_string()),
        (false, true) => Cell::Made(format!("-{size}")),
    }
}
