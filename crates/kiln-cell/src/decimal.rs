//! Short decimals for numbers that are known to a limited precision.

/// Powers of ten up to this one are exact in f64.
const EXACT_POWER: i32 = 22;

/// Whole numbers up to this one are exact in f64.
const EXACT_WHOLE: f64 = 9_007_199_254_740_992.0; // 2^53

/// The shortest decimal near `number` that is the same as `number` to whoever it is for, as `is_same` says. `step`: about the
/// distance of numbers that are no longer the same. Where there is no such decimal, and for what is not finite, `number` itself.
///
/// ```
/// use kiln_cell::shortest_decimal;
///
/// // To a reader of f32, 0.1f32 and 0.1 are the same.
/// let number = f64::from(0.1f32);
/// assert_eq!(number.to_string(), "0.10000000149011612");
/// assert_eq!(shortest_decimal(number, 7e-9, |other| other as f32 == 0.1), 0.1);
/// ```
pub fn shortest_decimal(number: f64, step: f64, is_same: impl Fn(f64) -> bool) -> f64 {
    let has_step = step.is_finite() && step > 0.0;
    if !number.is_finite() || number == 0.0 || !has_step {
        return number;
    }
    // The first decimals are further apart than a step. A shorter one that is the same is among them.
    let first = (-step.log10()).floor() as i32;
    (first..first + 4).map(|digits| rounded(number, digits)).find(|short| is_same(*short)).unwrap_or(number)
}

/// The f64 that is written as shortly as this f32: `0.1` for `0.1f32`.
///
/// ```
/// assert_eq!(kiln_cell::decimal_of_f32(0.1), 0.1);
/// ```
pub fn decimal_of_f32(number: f32) -> f64 {
    shortest_decimal(f64::from(number), f32_step(number), |other| other as f32 == number)
}

/// The distance of an f32 to the next larger one, of negative numbers to the next smaller one.
pub fn f32_step(number: f32) -> f64 {
    let size = number.abs();
    f64::from(size.next_up()) - f64::from(size)
}

/// `number` with so many digits after the point; with fewer than 0, whole tens, hundreds and so on.
fn rounded(number: f64, digits: i32) -> f64 {
    if digits.abs() > EXACT_POWER {
        let first = number.abs().log10().floor() as i32;
        let places = first.saturating_add(digits).clamp(0, 17) as usize;
        return format!("{number:.places$e}").parse().unwrap_or(number);
    }
    let power = 10f64.powi(digits.abs());
    let scaled = if digits < 0 { number / power } else { number * power };
    if scaled.abs() >= EXACT_WHOLE {
        return number;
    }
    let whole = scaled.round_ties_even();
    if digits < 0 { whole * power } else { whole / power }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_f32_is_written_as_shortly_as_it_reads_back() {
        // Weyl's sequence: the multiples of the golden section come near every number.
        let bits = (0..50_000u32).map(|i| i.wrapping_mul(0x9e37_79b9));
        let random = bits.map(f32::from_bits).filter(|x| x.is_finite());
        let known = [0.1, -0.3, 1e10, 16_777_216.0, 1.0 / 3.0, f32::MIN_POSITIVE, 1e-40, 1e-45, 3.4e38, 0.5];
        for number in random.chain(known) {
            let short = decimal_of_f32(number);
            assert_eq!(short as f32, number);
            // The standard library writes the shortest decimal that reads back.
            let (digits, wanted) = (format!("{short:e}").len(), format!("{number:e}").len());
            assert!(digits <= wanted, "{short:e}, {number:e}");
        }
    }

    #[test]
    fn what_has_no_shorter_decimal_stays() {
        for number in [f64::NAN, f64::INFINITY, 0.0] {
            assert_eq!(shortest_decimal(number, 1.0, |_| true).to_bits(), number.to_bits());
        }
        assert_eq!(shortest_decimal(1.0 / 3.0, 0.0, |_| true), 1.0 / 3.0);
        assert_eq!(shortest_decimal(1.0 / 3.0, 1e-3, |_| false), 1.0 / 3.0);
    }

    #[test]
    fn digits_are_those_that_the_step_tells_apart() {
        let near = |number: f64, step: f64| {
            shortest_decimal(number, step, |other: f64| (other - number).abs() < step / 2.0)
        };
        assert_eq!(near(1_700_000_000.123_456, 1e-3).to_string(), "1700000000.123");
        assert_eq!(near(1_700_000_012.5, 20.0).to_string(), "1700000010");
        assert_eq!(near(-12_345.678, 0.5).to_string(), "-12345.7");
    }
}
