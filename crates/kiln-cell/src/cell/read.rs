//! A cell in a column of numbers, of dates, of categories.

use super::marks::Marks;
use super::{CellValue, Meaning, meaning, meaning_among_numbers};
use crate::date::DateForm;

/// A cell that its column cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The cell.
    pub found: String,
    /// What the column holds.
    pub expected: &'static str,
}

impl<'a> CellValue<'a> {
    /// The number in a column of numbers; NaN where it is missing, by `marks` too.
    ///
    /// # Errors
    /// [`Misfit`] for a text that is no finite number.
    pub fn number(self, marks: &Marks) -> Result<f64, Misfit> {
        match self {
            Self::Missing => Ok(f64::NAN),
            Self::Number(number) if marks.is_missing(number) => Ok(f64::NAN),
            Self::Number(number) => Ok(number),
            Self::Text(text) => match meaning_among_numbers(text.trim(), marks) {
                Meaning::Missing => Ok(f64::NAN),
                Meaning::Number(number) => Ok(number),
                Meaning::Infinite | Meaning::Text => Err(quoted(text, "a finite number")),
            },
        }
    }

    /// The days since 1970-01-01 in a column of dates in this form; NaN where the date is missing.
    ///
    /// # Errors
    /// [`Misfit`] for a number, and a text that is no such date.
    pub fn days(self, form: DateForm, marks: &Marks) -> Result<f64, Misfit> {
        match self {
            Self::Missing => Ok(f64::NAN),
            Self::Number(number) if number.is_nan() => Ok(f64::NAN),
            Self::Number(number) => Err(Misfit { found: number.to_string(), expected: "a date in words" }),
            Self::Text(text) if meaning(text.trim(), marks) == Meaning::Missing => Ok(f64::NAN),
            Self::Text(text) => form.days(text).ok_or_else(|| quoted(text, "a date as in the training data")),
        }
    }

    /// The category in a column of categories; `None` where it is missing.
    ///
    /// # Errors
    /// [`Misfit`] for a number.
    pub fn category(self, marks: &Marks) -> Result<Option<&'a str>, Misfit> {
        match self {
            Self::Text(text) => {
                let name = text.trim();
                Ok((meaning(name, marks) != Meaning::Missing).then_some(name))
            }
            Self::Number(number) if !number.is_nan() => {
                Err(Misfit { found: number.to_string(), expected: "a category" })
            }
            Self::Number(_) | Self::Missing => Ok(None),
        }
    }
}

fn quoted(text: &str, expected: &'static str) -> Misfit {
    Misfit { found: format!("{text:?}"), expected }
}
