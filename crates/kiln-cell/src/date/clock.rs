//! Times of day.

/// The seconds since midnight of `12:30`, `12:30:59.5`, `1:30 PM`, with an offset taken off.
pub(super) fn seconds(text: &str) -> Option<f64> {
    let (clock, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(clock) => (clock, 0.0),
        None => match text.find(['+', '-']) {
            Some(place) => {
                let sign = if text[place..].starts_with('-') { -1.0 } else { 1.0 };
                (&text[..place], sign * offset(&text[place + 1..])?)
            }
            None => (text, 0.0),
        },
    };
    let (clock, afternoon) = half_of_day(clock.trim_end());
    let mut parts = clock.split(':');
    let (hour, minute) = (two_digits(parts.next()?)?, two_digits(parts.next()?)?);
    let second = parts.next().map_or(Some(0.0), fraction)?;
    let hour = match afternoon {
        None if hour < 24 => hour,
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        _ => return None,
    };
    let is_time = parts.next().is_none() && minute < 60 && second < 60.0;
    is_time.then(|| f64::from(3600 * hour + 60 * minute) + second - offset)
}

/// The seconds of `02:00`, `0200` and `02`.
fn offset(text: &str) -> Option<f64> {
    let (hours, minutes) = match text.len() {
        2 => (text, "0"),
        4 => text.split_at_checked(2)?,
        5 => text.split_once(':')?,
        _ => return None,
    };
    Some(f64::from(3600 * two_digits(hours)? + 60 * two_digits(minutes)?))
}

/// The clock without AM or PM, and whether it is the afternoon where one of them stands.
fn half_of_day(clock: &str) -> (&str, Option<bool>) {
    for (word, afternoon) in [("am", false), ("pm", true)] {
        let Some(start) = clock.len().checked_sub(2) else { continue };
        if clock.get(start..).is_some_and(|end| end.eq_ignore_ascii_case(word)) {
            return (clock[..start].trim_end(), Some(afternoon));
        }
    }
    (clock, None)
}

fn two_digits(text: &str) -> Option<u32> {
    let is_number = (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Seconds, perhaps with a fraction.
fn fraction(text: &str) -> Option<f64> {
    let is_number = text.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_number { text.parse().ok() } else { None }
}
