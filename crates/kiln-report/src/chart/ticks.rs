//! Round numbers along an axis.

/// Multiples of 1, 2 or 5 times a power of ten inside `[low, high]`, rising, and how many decimals tell them apart; about
/// `wanted` of them, at least 2. None for ends that are not finite or not in order.
pub(super) fn ticks(low: f64, high: f64, wanted: usize) -> (Vec<f64>, usize) {
    let rough = (high - low) / wanted.max(2) as f64;
    if !rough.is_normal() || rough <= 0.0 {
        return (Vec::new(), 0);
    }
    let power = rough.log10().floor();
    let unit = 10_f64.powf(power);
    let step = unit * [1.0, 2.0, 5.0].into_iter().find(|&step| step * unit >= rough * 0.999).unwrap_or(10.0);
    // Ends that a rounding error keeps off a multiple count as on it.
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    let decimals = (-step.log10() - 1e-9).ceil().max(0.0) as usize;
    ((first..=last).map(|multiple| multiple as f64 * step).collect(), decimals)
}

#[cfg(test)]
mod tests {
    use super::ticks;

    fn words(low: f64, high: f64, wanted: usize) -> Vec<String> {
        let (values, decimals) = ticks(low, high, wanted);
        values.into_iter().map(|value| format!("{value:.decimals$}")).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(words(0.0, 1.2, 6), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0", "1.2"]);
        assert_eq!(words(1.0, 100.0, 4), ["50", "100"]);
        assert_eq!(words(1.0, 100.0, 5), ["20", "40", "60", "80", "100"]);
        assert_eq!(words(-0.013, 0.011, 4), ["-0.01", "0.00", "0.01"]);
        assert_eq!(words(0.0, 30_000.0, 3), ["0", "10000", "20000", "30000"]);
    }

    #[test]
    fn an_axis_without_length_has_none() {
        for (low, high) in [(1.0, 1.0), (2.0, 1.0), (0.0, f64::NAN), (0.0, f64::INFINITY)] {
            assert!(ticks(low, high, 5).0.is_empty());
        }
    }
}
