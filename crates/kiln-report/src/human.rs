//! Durations, sizes, counts and metrics as a person reads them.

use std::time::Duration;

/// A duration: `340 ms`, `1.2 s`, `3 min 05 s`, `2 h 07 min`, `3 d 04 h`.
pub fn duration(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 0.9995 {
        return format!("{:.0} ms", seconds * 1e3);
    }
    if seconds < 59.95 {
        return format!("{seconds:.1} s");
    }
    // Saturates, so that even a nonsensical estimate prints.
    let whole = seconds.round() as u64;
    let (minutes, hours, days) = (whole / 60, whole / 3600, whole / 86400);
    if hours == 0 {
        format!("{minutes} min {:02} s", whole % 60)
    } else if days == 0 {
        format!("{hours} h {:02} min", minutes % 60)
    } else {
        format!("{days} d {:02} h", hours % 24)
    }
}

/// As [`duration`], from seconds; what is negative or no number is `?`.
pub fn seconds(seconds: f64) -> String {
    Duration::try_from_secs_f64(seconds).map_or_else(|_| "?".to_owned(), duration)
}

/// A number of bytes in binary units: `512 B`, `1.5 KiB`, `312 MiB`.
pub fn bytes(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let (mut value, mut unit) = (bytes as f64 / 1024.0, 0);
    while value >= 1023.5 && unit + 1 < UNITS.len() {
        value /= 1024.0;
        unit += 1;
    }
    let digits = usize::from(value < 99.95);
    format!("{value:.digits$} {}", UNITS[unit])
}

/// A count with its digits in groups: `109,386`.
pub fn count(count: u64) -> String {
    let digits = count.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A text as a shell takes it for one word.
///
/// ```
/// assert_eq!(kiln_report::human::shell_word("optim.lr=log(1e-4,1)"), "'optim.lr=log(1e-4,1)'");
/// ```
pub fn shell_word(text: &str) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./=,:+@%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

/// What a metric is called in a table: `squared error`, `log loss`.
pub fn heading(metric: &str) -> String {
    match metric {
        "mse" => "squared error".to_owned(),
        "mae" => "absolute error".to_owned(),
        other => other.replace('_', " "),
    }
}

/// What a metric is measured in: `nats`, `share of items`, `target units`; empty for plain numbers and for losses, which have many kinds.
pub fn unit(metric: &str) -> &'static str {
    match metric {
        "accuracy" | "top5_accuracy" => "share of items",
        "log_loss" => "nats",
        "mse" => "target units, squared",
        "mae" => "target units",
        _ => "",
    }
}

/// A metric or loss with about four digits that mean something: `0.9722`, `12.35`, `2900`, `1.234e-5`.
pub fn metric(value: f64) -> String {
    kiln_core::few_digits(value)
}

/// Numbers of one column beside each other, with so many digits that they can be told apart: `1700000000.0` and
/// `1700000049.0`, where four digits of each would be the same. NaN is written as `NaN`.
///
/// ```
/// assert_eq!(kiln_report::human::apart(&[1.7e9, 1.7e9 + 49.0]), ["1700000000.0", "1700000049.0"]);
/// assert_eq!(kiln_report::human::apart(&[0.0, 12.345]), ["0", "12.35"]);
/// ```
pub fn apart(values: &[f64]) -> Vec<String> {
    let present = || values.iter().copied().filter(|value| value.is_finite());
    let least = present().fold(f64::INFINITY, f64::min);
    let span = present().fold(f64::NEG_INFINITY, f64::max) - least;
    let size = present().map(f64::abs).fold(0.0, f64::max);
    let write = |value: f64| {
        let short = metric(value);
        if !value.is_finite()
            || value == 0.0
            || size < 100.0 * span
            || (span == 0.0 && short.parse() == Ok(value))
        {
            short
        } else if span > 0.0 {
            let decimals = (2.0 - span.log10().floor()).clamp(0.0, 17.0);
            format!("{value:.*}", decimals as usize)
        } else {
            value.to_string()
        }
    };
    values.iter().map(|value| write(*value)).collect()
}

/// A rate in items a second: `0.52`, `81.3`, `5,321`.
pub fn rate(per_second: f64) -> String {
    if !per_second.is_finite() || per_second < 0.0 {
        "?".to_owned()
    } else if per_second >= 999.5 {
        count(per_second.round() as u64)
    } else {
        let digits = [(9.995, 2), (99.95, 1)].iter().find(|(below, _)| per_second < *below);
        format!("{per_second:.*}", digits.map_or(0, |(_, digits)| *digits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_far_from_0_are_told_apart() {
        let texts = |values: &[f64]| apart(values).join(" ");
        assert_eq!(texts(&[1.7e9, 1.7e9 + 24.5, 1.7e9 + 49.0]), "1700000000.0 1700000024.5 1700000049.0");
        assert_eq!(texts(&[1.7e15, 1.7e15 + 4e6]), "1700000000000000 1700000004000000");
        assert_eq!(texts(&[-20.0002, -20.0]), "-20.000200 -20.000000");
        // A constant is shown as it is.
        assert_eq!(texts(&[1_700_000_123.0; 3]), "1700000123 1700000123 1700000123");
        // Four digits are enough here.
        assert_eq!(texts(&[0.0, 12.345, 99.5]), "0 12.35 99.50");
        assert_eq!(texts(&[1990.0, 2004.6, 2020.0]), "1990 2005 2020");
        assert_eq!(texts(&[f64::NAN; 3]), "NaN NaN NaN");
        assert_eq!(texts(&[]), "");
    }

    #[test]
    fn durations_on_both_sides_of_every_limit() {
        for (value, text) in [
            (0.0, "0 ms"),
            (0.0004, "0 ms"),
            (0.34, "340 ms"),
            (0.9994, "999 ms"),
            (0.9996, "1.0 s"),
            (1.23, "1.2 s"),
            (59.94, "59.9 s"),
            (59.96, "1 min 00 s"),
            (185.0, "3 min 05 s"),
            (3599.4, "59 min 59 s"),
            (3599.6, "1 h 00 min"),
            (7620.0, "2 h 07 min"),
            (86399.0, "23 h 59 min"),
            (86400.0, "1 d 00 h"),
            (1e18, "11574074074074 d 01 h"),
            (f64::NAN, "?"),
            (f64::INFINITY, "?"),
            (-1.0, "?"),
        ] {
            assert_eq!(seconds(value), text, "{value}");
        }
    }

    #[test]
    fn bytes_have_three_digits_at_most_four() {
        for (value, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (102_400, "100 KiB"),
            (1_048_575, "1.0 MiB"),
            (327_155_712, "312 MiB"),
            (1 << 30, "1.0 GiB"),
            (u64::MAX, "16.0 EiB"),
        ] {
            assert_eq!(bytes(value), text, "{value}");
        }
    }

    #[test]
    fn counts_are_grouped_by_three() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (109_386, "109,386"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(count(value), text);
        }
    }

    #[test]
    fn metrics_keep_about_four_digits() {
        for (value, text) in [
            (0.0, "0"),
            (0.972_222, "0.9722"),
            (-0.5, "-0.5000"),
            (0.000_123_45, "1.234e-4"),
            (2.345_678, "2.3457"),
            (12.345_6, "12.35"),
            (123.456, "123.5"),
            (2900.1, "2900"),
            (1.5e9, "1.500e9"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-inf"),
        ] {
            assert_eq!(metric(value), text, "{value}");
        }
    }

    #[test]
    fn rates_are_short() {
        for (value, text) in [
            (0.0, "0.00"),
            (0.52, "0.52"),
            (81.32, "81.3"),
            (100.0, "100"),
            (999.6, "1,000"),
            (5321.4, "5,321"),
            (f64::NAN, "?"),
            (f64::INFINITY, "?"),
        ] {
            assert_eq!(rate(value), text, "{value}");
        }
    }
}
