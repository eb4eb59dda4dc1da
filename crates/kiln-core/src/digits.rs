//! Numbers in few digits.

/// A metric or loss with about four digits that mean something: `0.9722`, `12.35`, `2900`, `1.234e-5`.
///
/// ```
/// assert_eq!(kiln_core::few_digits(12.3456), "12.35");
/// assert_eq!(kiln_core::few_digits(0.0000123456), "1.235e-5");
/// ```
pub fn few_digits(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 {
        "0".to_owned()
    } else if !value.is_finite() {
        value.to_string()
    } else if !(1e-3..1e7).contains(&size) {
        format!("{value:.3e}")
    } else {
        let digits = [(9.9995, 4), (99.995, 2), (999.95, 1)].iter().find(|(below, _)| size < *below);
        format!("{value:.*}", digits.map_or(0, |(_, digits)| *digits))
    }
}
