//! What a cell of a table holds, whether it comes from a file or from a program.

/// A cell of a new row: a number, a text, or nothing.
///
/// It means what it would mean in a CSV file. In a column of numbers a text is read as a number. White space around a text
/// does not count, and `""`, `NA`, `N/A`, `NaN`, `null` and `?` are missing, in upper or lower case.
///
/// ```
/// use kiln_data::CellValue;
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

/// The meaning of a cell's text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing.
    Missing,
    /// A finite number.
    Number(f64),
    /// A number that is infinite or does not fit into 64-bit floating point.
    Infinite,
    /// Anything else.
    Text,
}

/// Empty, `NA`, `N/A`, `NaN`, `null` and `?` are missing, in upper or lower case; white space was taken off before.
pub(crate) fn meaning(text: &str) -> Meaning {
    const MISSING: [&str; 5] = ["NA", "N/A", "NaN", "null", "?"];
    if text.is_empty() || MISSING.iter().any(|missing| missing.eq_ignore_ascii_case(text)) {
        return Meaning::Missing;
    }
    match text.parse::<f64>() {
        Ok(number) if number.is_finite() => Meaning::Number(number),
        Ok(number) if number.is_nan() => Meaning::Missing,
        Ok(_) => Meaning::Infinite,
        Err(_) => Meaning::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_mean_what_the_documentation_says() {
        for missing in ["", "NA", "na", "N/A", "NaN", "nan", "-nan", "null", "NULL", "?"] {
            assert_eq!(meaning(missing), Meaning::Missing, "{missing}");
        }
        for (text, number) in
            [("1", 1.0), ("-1.5e3", -1500.0), (".5", 0.5), ("+2.", 2.0), ("1e-50", 1e-50), ("1e39", 1e39)]
        {
            assert_eq!(meaning(text), Meaning::Number(number), "{text}");
        }
        for infinite in ["inf", "-Infinity", "1e309"] {
            assert_eq!(meaning(infinite), Meaning::Infinite, "{infinite}");
        }
        for text in ["1,5", "1 000", "0x10", "none", "??", "-"] {
            assert_eq!(meaning(text), Meaning::Text, "{text}");
        }
    }
}
