//! Numbers with a range.

/// A finite number greater than 0.
pub(crate) fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if number > 0.0 && number.is_finite() => Ok(number),
        _ => Err("not a number greater than 0".to_owned()),
    }
}
