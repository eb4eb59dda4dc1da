//! Texts of cells: decimals with a comma, names of classes, and how messages show them.

/// Whether a text is a number but for a decimal comma.
pub(crate) fn has_decimal_comma(text: &str) -> bool {
    text.matches(',').count() == 1 && text.replace(',', ".").parse::<f64>().is_ok()
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
    fn classes_have_one_name() {
        assert_eq!(class_name("1.0"), "1");
        assert_eq!(class_name("-0"), "0");
        assert_eq!(class_name("007"), "7");
        assert_eq!(class_name("1.5"), "1.5");
        assert_eq!(class_name("cat"), "cat");
    }
}
