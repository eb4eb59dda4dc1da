//! What a cell of a table holds, whether it comes from a file or from a program.

mod marks;
mod number;
mod read;
mod rules;
mod truth;

pub use marks::{Mark, Marks};
pub use number::Decimal;
pub use number::{Number, number, scan};
pub use read::Misfit;
pub use rules::CellRules;
pub use truth::{are_truths, spelled, truth};

/// A cell of a new row: a number, a text, or nothing.
///
/// It means what it would mean in a CSV file. In a column of numbers a text is read as a number. White space around a text
/// does not count. Missing are `""` and pandas' marks (`NA`, `N/A`, `NaN`, `null`, `None`, `#N/A`, `<NA>` and their like), and `?`;
/// in a column of numbers also `-`, `.`, `none` and others that stand for nothing there.
///
/// ```
/// use kiln_cell::CellValue;
///
/// let row: [CellValue; 4] = [39.into(), 5.5.into(), "clerk".into(), None::<f64>.into()];
/// assert_eq!(row[3], CellValue::Missing);
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum CellValue<'a> {
    /// Nothing.
    Missing,
    /// A number; NaN is missing.
    Number(f64),
    /// A category, or a number in words.
    Text(&'a str),
}

/// Numbers become f64.
macro_rules! from_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for CellValue<'_> {
            fn from(number: $number) -> Self {
                Self::Number(f64::from(number))
            }
        })*
    };
}

from_numbers!(f64, f32, i32, u32, i16, u16, i8, u8);

/// Whole numbers become the nearest f64, which is the same number up to 2^53.
macro_rules! from_long_numbers {
    ($($number:ty),*) => {
        $(impl From<$number> for CellValue<'_> {
            fn from(number: $number) -> Self {
                Self::Number(number as f64)
            }
        })*
    };
}

from_long_numbers!(i64, u64);

impl<'a> From<&'a str> for CellValue<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for CellValue<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl<'a, T: Into<CellValue<'a>>> From<Option<T>> for CellValue<'a> {
    fn from(cell: Option<T>) -> Self {
        cell.map_or(Self::Missing, Into::into)
    }
}

/// The meaning of a text that stands alone, without a column around it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// Nothing.
    Missing,
    /// A finite number.
    Number(f64),
    /// A number that is infinite.
    Infinite,
    /// Anything else.
    Text,
}

/// The meaning of a text without white space around it. `1,163` may be two numbers, so it is a text.
pub fn meaning(text: &str, marks: &Marks) -> Meaning {
    let number = match scan(text) {
        Number::Same(number) | Number::Point(number) => Some(number),
        Number::PointOrComma { point, .. } if !text.contains(',') => Some(point),
        _ => None,
    };
    match number {
        Some(number) if !marks.is_missing(number) => of_number(number),
        Some(_) => Meaning::Missing,
        None if marks.of(text) == Some(Mark::Always) => Meaning::Missing,
        None => Meaning::Text,
    }
}

/// As [`meaning`], in a column of numbers.
pub fn meaning_among_numbers(text: &str, marks: &Marks) -> Meaning {
    match meaning(text, marks) {
        Meaning::Text if marks.of(text).is_some() => Meaning::Missing,
        meaning => meaning,
    }
}

fn of_number(number: f64) -> Meaning {
    if number.is_finite() { Meaning::Number(number) } else { Meaning::Infinite }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_mean_what_the_documentation_says() {
        let usual = Marks::default();
        for missing in
            ["", "NA", "na", "N/A", "NaN", "nan", "-nan", "null", "NULL", "?", "None", "#N/A", "<NA>"]
        {
            assert_eq!(meaning(missing, &usual), Meaning::Missing, "{missing}");
        }
        for (text, number) in [
            ("1", 1.0),
            ("-1.5e3", -1500.0),
            (".5", 0.5),
            ("+2.", 2.0),
            ("1e-50", 1e-50),
            ("1e39", 1e39),
            ("1.163", 1.163),
            ("1,163.74", 1163.74),
            ("1 000", 1000.0),
        ] {
            assert_eq!(meaning(text, &usual), Meaning::Number(number), "{text}");
        }
        for infinite in ["inf", "-Infinity", "1e400"] {
            assert_eq!(meaning(infinite, &usual), Meaning::Infinite, "{infinite}");
        }
        for text in ["1,5", "1,163", "0x10", "none", "??", "-", "."] {
            assert_eq!(meaning(text, &usual), Meaning::Text, "{text}");
        }
        for missing in ["-", ".", "none", "--", "#DIV/0!"] {
            assert_eq!(meaning_among_numbers(missing, &usual), Meaning::Missing, "{missing}");
        }
        assert_eq!(meaning_among_numbers("x", &usual), Meaning::Text);
        assert_eq!(meaning_among_numbers("7", &usual), Meaning::Number(7.0));
        let own = Marks::new(Some(&["-999".to_owned()]));
        assert_eq!(meaning("-999.0", &own), Meaning::Missing);
        assert_eq!(meaning("NA", &own), Meaning::Text);
    }
}
