//! Round numbers along an axis.

use crate::human;

/// Multiples of 1, 2 or 5 times a power of ten inside `[low, high]`, rising, and how many decimals tell them apart; about
/// `wanted` of them, at least 2. None for ends that are not finite or not in order.
pub(super) fn ticks(low: f64, high: f64, wanted: usize) -> (Vec<f64>, usize) {
    let Some(step) = step(low, high, wanted) else { return (Vec::new(), 0) };
    // Ends that a rounding error keeps off a multiple count as on it.
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    ((first..=last).map(|multiple| multiple as f64 * step).collect(), decimals(step))
}

/// 1, 2 or 5 times a power of ten, about a `wanted`-th of the way.
fn step(low: f64, high: f64, wanted: usize) -> Option<f64> {
    let rough = (high - low) / wanted.max(2) as f64;
    if !rough.is_normal() || rough <= 0.0 {
        return None;
    }
    let unit = 10_f64.powf(rough.log10().floor());
    Some(unit * [1.0, 2.0, 5.0].into_iter().find(|&step| step * unit >= rough * 0.999).unwrap_or(10.0))
}

/// How many decimals tell multiples of a step apart.
fn decimals(step: f64) -> usize {
    (-step.log10() - 1e-9).ceil().max(0.0) as usize
}

/// Round numbers around `[low, high]` with their labels, rising by one step, for an axis that begins at the first and ends at the last
/// of them: about `wanted` steps, at least 1. Ends that are equal or not in order are moved apart; those that are not finite count as 0.
///
/// ```
/// let ticks = kiln_report::ticks_around(0.013, 0.187, 2);
/// assert_eq!(ticks.iter().map(|(_, label)| label.as_str()).collect::<Vec<_>>(), ["0", "0.1", "0.2"]);
/// ```
pub fn ticks_around(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let [low, high] = [low, high].map(|end| if end.is_finite() { end } else { 0.0 });
    let apart = if low == 0.0 { 1.0 } else { low.abs() / 2.0 };
    let (low, high) = if low < high { (low, high) } else { (low - apart, low + apart) };
    // Ends so close that there is no number between them.
    let step = step(low, high, wanted).unwrap_or(apart).max(f64::MIN_POSITIVE);
    let (first, last) = ((low / step + 1e-9).floor() as i64, (high / step - 1e-9).ceil() as i64);
    labelled(
        (first..=last.max(first.saturating_add(1))).map(|multiple| multiple as f64 * step).collect(),
        decimals(step),
    )
}

/// The same with labels: `0.2`, `10,000`, `2e7`.
pub(super) fn linear(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let (values, decimals) = ticks(low, high, wanted);
    labelled(values, decimals)
}

fn labelled(values: Vec<f64>, decimals: usize) -> Vec<(f64, String)> {
    let largest = values.iter().fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let label = |value: f64| match decimals {
        // Zero has no sign.
        _ if value.abs() < 1e-9 * largest => "0".to_owned(),
        5.. => scientific(value),
        0 if largest >= 1e7 => scientific(value),
        0 if largest >= 1e4 => {
            format!("{}{}", if value < 0.0 { "-" } else { "" }, human::count(value.abs().round() as u64))
        }
        _ => format!("{value:.decimals$}"),
    };
    values.into_iter().map(|value| (value, label(value))).collect()
}

/// The same of whole numbers alone; of a single one itself.
pub(super) fn whole(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.ceil(), high.floor());
    // Few enough are all there, also those next to an end that is none.
    if last > first && last - first < wanted as f64 {
        let count = (last - first) as usize;
        return labelled((0..=count).map(|place| first + place as f64).collect(), 0);
    }
    let most = wanted.min((last - first).max(1.0) as usize);
    if most < 2 {
        let mut ends = vec![first, last];
        ends.dedup();
        ends.retain(|end| (low..=high).contains(end));
        return ends.into_iter().map(|end| (end, format!("{end}"))).collect();
    }
    linear(low, high, most)
}

/// With as few digits as say it: `2e-5`.
fn scientific(value: f64) -> String {
    let text = format!("{value:.6e}");
    let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
    format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'))
}

/// Values for a logarithmic axis with their labels: powers of ten, of a long axis each second, third …; of a short one 2 and
/// 5 times each, too. None where even those are fewer than 2.
pub(super) fn decades(low: f64, high: f64, wanted: usize) -> Vec<(f64, String)> {
    if !(low > 0.0 && high > low && high.is_finite()) {
        return Vec::new();
    }
    let inside = |value: &f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value);
    let powers = low.log10().floor() as i32..=high.log10().ceil() as i32;
    let value = |digit: i32, power: i32| format!("{digit}e{power}").parse::<f64>().unwrap_or(f64::NAN);
    let label = |value: f64| if (1e-3..1e5).contains(&value) { value.to_string() } else { scientific(value) };
    let of = |digits: &[i32]| -> Vec<f64> {
        let all = powers.clone().flat_map(|power| digits.iter().map(move |digit| (*digit, power)));
        all.map(|(digit, power)| value(digit, power)).filter(inside).collect()
    };
    let (powers, fine) = (of(&[1]), of(&[1, 2, 5]));
    // Steps of 2, 2.5 and 2 look even; with some of them left out they do not.
    let is_short = powers.len() < 3 && fine.len() <= wanted.max(2) || powers.len() < 2;
    let values = if is_short { fine } else { powers };
    let every = values.len().div_ceil(wanted.max(2)).max(1);
    let labelled: Vec<(f64, String)> =
        values.into_iter().step_by(every).map(|value| (value, label(value))).collect();
    if labelled.len() < 2 { Vec::new() } else { labelled }
}

#[cfg(test)]
mod tests {
    use super::{decades, linear, ticks, ticks_around, whole};

    fn labels(ticks: Vec<(f64, String)>) -> Vec<String> {
        ticks.into_iter().map(|(_, label)| label).collect()
    }

    #[test]
    fn a_logarithmic_axis_has_powers_of_ten() {
        assert_eq!(labels(decades(1e-5, 1.0, 7)), ["1e-5", "1e-4", "0.001", "0.01", "0.1", "1"]);
        assert_eq!(labels(decades(0.7e-3, 0.02, 7)), ["0.001", "0.002", "0.005", "0.01", "0.02"]);
        // Seven in a row have room, four do not: then there are the powers alone.
        assert_eq!(labels(decades(1.0, 99.0, 4)), ["1", "10"]);
        assert_eq!(labels(decades(1.0, 99.0, 6)), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(decades(1e-12, 1e6, 7)), ["1e-12", "1e-9", "1e-6", "0.001", "1", "1000", "1e6"]);
        assert!(decades(3.0, 4.0, 7).is_empty() && decades(0.0, 4.0, 7).is_empty());
    }

    #[test]
    fn labels_are_as_short_as_they_can_be() {
        assert_eq!(labels(linear(-0.2, 0.4, 3)), ["-0.2", "0", "0.2", "0.4"]);
        assert_eq!(labels(linear(0.0, 30_000.0, 3)), ["0", "10,000", "20,000", "30,000"]);
        assert_eq!(labels(linear(0.0, 4e7, 2)), ["0", "2e7", "4e7"]);
        assert_eq!(labels(linear(0.0, 4e-6, 2)), ["0", "2e-6", "4e-6"]);
    }

    #[test]
    fn between_whole_numbers_there_is_nothing() {
        assert_eq!(labels(whole(1.0, 2.0, 8)), ["1", "2"]);
        assert_eq!(labels(whole(1.0, 4.0, 8)), ["1", "2", "3", "4"]);
        assert_eq!(labels(whole(0.5, 10.5, 8)), ["2", "4", "6", "8", "10"]);
        assert_eq!(labels(whole(1.0, 60.0, 8)), ["10", "20", "30", "40", "50", "60"]);
        assert_eq!(labels(whole(0.5, 3.5, 8)), ["1", "2", "3"]);
        assert_eq!(labels(whole(0.5, 1.5, 8)), ["1"]);
    }

    fn words(low: f64, high: f64, wanted: usize) -> Vec<String> {
        let (values, decimals) = ticks(low, high, wanted);
        values.into_iter().map(|value| format!("{value:.decimals$}")).collect()
    }

    #[test]
    fn ticks_around_hold_both_ends() {
        let words = |low, high, wanted| labels(ticks_around(low, high, wanted));
        assert_eq!(words(0.0, 1.0, 2), ["0", "0.5", "1.0"]);
        assert_eq!(words(-3.0, 7.0, 2), ["-5", "0", "5", "10"]);
        assert_eq!(words(0.9, 0.97, 2), ["0.90", "0.95", "1.00"]);
        // Nothing between the ends, or no ends.
        assert_eq!(words(0.0, 0.0, 2), ["-1", "0", "1"]);
        assert_eq!(words(4.0, 4.0, 2), ["2", "4", "6"]);
        assert_eq!(words(f64::NAN, f64::INFINITY, 2), ["-1", "0", "1"]);
        for (low, high) in
            [(1.0, 1.0 + f64::EPSILON), (-f64::MAX, f64::MAX), (1e300, 2e300), (5e-324, 1e-323)]
        {
            assert!((2..20).contains(&ticks_around(low, high, 3).len()), "{low} {high}");
        }
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
