//! Times with units.

use std::time::Duration;

/// A time such as 90s, 30m or 8h, greater than 0.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let scale = match &text[digits.len()..] {
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        _ => return Err("not a time such as 90s, 30m or 8h".to_owned()),
    };
    let seconds = digits.parse::<f64>().ok().filter(|seconds| *seconds > 0.0);
    let duration = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds * scale).ok());
    duration.ok_or_else(|| "not a time such as 90s, 30m or 8h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5h"), Ok(Duration::from_secs(5400)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "0", "-1s", "1d", "h", "nan", "inf", "1e400h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
