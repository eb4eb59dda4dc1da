//! What a cell holds.

/// The meaning of a cell's text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Meaning {
    /// Nothing.
    Missing,
    /// A finite number.
    Number(f32),
    /// A number that is infinite or does not fit into 32-bit floating point.
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
    match text.parse::<f32>() {
        Ok(number) if number.is_finite() => Meaning::Number(number),
        Ok(number) if number.is_nan() => Meaning::Missing,
        Ok(_) => Meaning::Infinite,
        Err(_) => Meaning::Text,
    }
}

/// Whether a text is a number but for a decimal comma.
pub(crate) fn has_decimal_comma(text: &str) -> bool {
    text.matches(',').count() == 1 && text.replace(',', ".").parse::<f32>().is_ok()
}

/// The one way of writing a class: whole numbers without a fraction, so that `1` and `1.0` are one class.
pub(crate) fn class_name(text: &str) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < EXACT => (number as i64).to_string(),
        _ => text.to_owned(),
    }
}

/// The text for a message, cut where it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
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
        for (text, number) in [("1", 1.0), ("-1.5e3", -1500.0), (".5", 0.5), ("+2.", 2.0), ("1e-50", 0.0)] {
            assert_eq!(meaning(text), Meaning::Number(number), "{text}");
        }
        for infinite in ["inf", "-Infinity", "1e39"] {
            assert_eq!(meaning(infinite), Meaning::Infinite, "{infinite}");
        }
        for text in ["1,5", "1 000", "0x10", "none", "??", "-"] {
            assert_eq!(meaning(text), Meaning::Text, "{text}");
        }
    }

    #[test]
    fn classes_have_one_name() {
        assert_eq!(class_name("1.0"), "1");
        assert_eq!(class_name("-0"), "0");
        assert_eq!(class_name("007"), "7");
        assert_eq!(class_name("1.5"), "1.5");
        assert_eq!(class_name("cat"), "cat");
    }
}
