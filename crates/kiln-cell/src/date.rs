//! Dates: the forms in which they are written, and what a model gets of one.
//!
//! The calendar is that of ISO 8601, years 0 to 9999. It takes a page, so it is no crate more.

mod calendar;
mod clock;
mod tally;

use serde::{Deserialize, Serialize};

use calendar::{day_number, month_named, year_and_month};
use clock::seconds;
pub use tally::{DateTally, Either, Found};

/// How the dates of a column are written. A time of day may follow each: `12:30`, `12:30:59.5`, `1:30 PM`, with `T` or a space
/// before it and perhaps an offset behind it (`Z`, `+02:00`), which is taken off.
///
/// ```
/// use kiln_cell::DateForm;
///
/// assert_eq!(DateForm::YearFirst.days("1970-01-02 12:00"), Some(1.5));
/// assert_eq!(DateForm::DayFirst.days("31/12/1969"), Some(-1.0));
/// assert_eq!(DateForm::MonthFirst.days("31/12/1969"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DateForm {
    /// `2024-12-31`, `2024/12/31`, `2024.12.31`, and `2024-12`, which is its first day.
    YearFirst,
    /// `31.12.2024`, `31/12/2024`, `31-12-2024`.
    DayFirst,
    /// `12/31/2024`, `12-31-2024`.
    MonthFirst,
    /// `31 Dec 2024`, `31-Dec-2024`, `Dec 31, 2024`, `December 31 2024`, a day of the week before it or not.
    Named,
}

/// What a model gets of a date: the year, the month from 1, the day of the week from 1 (Monday), and the days since
/// 1970-01-01 with the time of day as a fraction.
pub const PARTS: [&str; 4] = ["year", "month", "weekday", "days"];

/// The [parts](PARTS) of a date, by its days since 1970-01-01; NaN for NaN.
pub fn parts(days: f64) -> [f64; 4] {
    if !days.is_finite() {
        return [f64::NAN; 4];
    }
    let day = days.floor() as i64;
    let (year, month) = year_and_month(day);
    // 1970-01-01 was a Thursday.
    let weekday = (day + 3).rem_euclid(7) + 1;
    [year as f64, month as f64, weekday as f64, days]
}

impl DateForm {
    /// Every form.
    pub const ALL: [Self; 4] = [Self::YearFirst, Self::DayFirst, Self::MonthFirst, Self::Named];

    /// The days since 1970-01-01 of a date in this form, with the time of day as a fraction; `None` for any other text.
    pub fn days(self, text: &str) -> Option<f64> {
        let (date, time) = split(text.trim())?;
        let day = match self {
            Self::YearFirst => year_first(date),
            Self::DayFirst => {
                let [day, month, year] = three(date, &['.', '/', '-'])?;
                day_number(whole_year(year)?, short(month)?, short(day)?)
            }
            Self::MonthFirst => {
                let [month, day, year] = three(date, &['/', '-'])?;
                day_number(whole_year(year)?, short(month)?, short(day)?)
            }
            Self::Named => named(date),
        }?;
        let seconds = time.map_or(Some(0.0), seconds)?;
        Some(day as f64 + seconds / 86_400.0)
    }

    /// What tells it from the others, whatever stands between the parts.
    pub fn order(self) -> &'static str {
        match self {
            Self::YearFirst => "year first",
            Self::DayFirst => "day first",
            Self::MonthFirst => "month first",
            Self::Named => "month by name",
        }
    }
}

/// The date, and the time of day where there is one.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(colon) = text.find(':') else { return Some((text, None)) };
    let before = text[..colon].trim_end_matches(|c: char| c.is_ascii_digit());
    let date = before.strip_suffix(['T', 't', ' '])?.trim_end().trim_end_matches(',');
    Some((date, Some(&text[before.len()..])))
}

fn year_first(date: &str) -> Option<i64> {
    if let Some([year, month, day]) = three(date, &['-', '/', '.']) {
        return day_number(whole_year(year)?, short(month)?, short(day)?);
    }
    let (year, month) = date.split_once('-')?;
    // Two digits: `2024-1` may be anything.
    day_number(whole_year(year)?, short(month).filter(|_| month.len() == 2)?, 1)
}

fn named(date: &str) -> Option<i64> {
    let mut words = date.split([' ', '-', '/', ',', '.']).filter(|word| !word.is_empty());
    let mut first = words.next()?;
    if calendar::is_weekday(first) {
        first = words.next()?;
    }
    let (second, third) = (words.next()?, words.next()?);
    if words.next().is_some() {
        return None;
    }
    if let Some(month) = month_named(first) {
        return day_number(whole_year(third)?, month, short(second)?);
    }
    let month = month_named(second)?;
    match whole_year(first) {
        Some(year) => day_number(year, month, short(third)?),
        None => day_number(whole_year(third)?, month, short(first)?),
    }
}

/// Three parts between two of the same separator.
fn three<'a>(date: &'a str, separators: &[char]) -> Option<[&'a str; 3]> {
    let separator = date.chars().find(|c| !c.is_ascii_digit()).filter(|c| separators.contains(c))?;
    let mut parts = date.split(separator);
    let three = [parts.next()?, parts.next()?, parts.next()?];
    parts.next().is_none().then_some(three)
}

/// A year of four digits.
fn whole_year(text: &str) -> Option<i64> {
    digits(text).filter(|_| text.len() == 4)
}

/// A day or a month, of one or two digits.
fn short(text: &str) -> Option<i64> {
    digits(text).filter(|_| text.len() <= 2)
}

fn digits(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_reads_its_own_dates() {
        let day = Some(20_088.0); // 2024-12-31
        for (form, texts) in [
            (DateForm::YearFirst, &["2024-12-31", "2024/12/31", "2024.12.31", " 2024-12-31T00:00:00Z "][..]),
            (DateForm::DayFirst, &["31.12.2024", "31/12/2024", "31-12-2024", "31.12.2024 00:00"]),
            (DateForm::MonthFirst, &["12/31/2024", "12-31-2024", "12/31/2024 12:00 AM"]),
            (
                DateForm::Named,
                &[
                    "31 Dec 2024",
                    "31-DEC-2024",
                    "Dec 31, 2024",
                    "December 31 2024",
                    "Tue, 31 Dec 2024",
                    "2024-Dec-31",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(form.days(text), day, "{text}");
            }
        }
        assert_eq!(DateForm::YearFirst.days("2024-12"), Some(20_058.0));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "2024",
            "20241231",
            "2024-13-01",
            "2023-02-29",
            "2024-1",
            "1-2",
            "31.4.2024",
            "1.2",
            "12:30",
            "2024-12-31 25:00",
            "2024-12-31 12:60",
            "2024-12-31x",
            "31/12-2024",
            "1/2/24",
            "May",
            "5 Foo 2024",
            "2024-12-31T",
            "٢٠٢٤-12-31",
            "2024--1",
            "-2024-01-01",
            "31 Dec 2024 5",
        ] {
            for form in DateForm::ALL {
                assert_eq!(form.days(text), None, "{text} as {form:?}");
            }
        }
    }

    #[test]
    fn a_time_of_day_is_a_fraction_and_an_offset_is_taken_off() {
        for (text, hours) in [
            ("1970-01-01 06:00", 6.0),
            ("1970-01-01T06:30:36", 6.51),
            ("1970-01-01 1:30 PM", 13.5),
            ("1970-01-01 12:30 am", 0.5),
            ("1970-01-01 12:00:00.0+02:00", 10.0),
            ("1970-01-01T12:00:00-0330", 15.5),
            ("1970-01-01T12:00+01", 11.0),
        ] {
            let days = DateForm::YearFirst.days(text).unwrap();
            assert!((days * 24.0 - hours).abs() < 1e-9, "{text}: {days}");
        }
    }

    #[test]
    fn parts_are_those_of_the_calendar() {
        // Checked with Python's datetime: date.fromordinal(days + 719163), isoweekday().
        assert_eq!(parts(0.0), [1970.0, 1.0, 4.0, 0.0]);
        assert_eq!(parts(-0.5), [1969.0, 12.0, 3.0, -0.5]);
        assert_eq!(parts(20_088.75), [2024.0, 12.0, 2.0, 20_088.75]);
        assert_eq!(parts(11_016.0), [2000.0, 2.0, 2.0, 11_016.0]); // 2000-02-29
        assert!(parts(f64::NAN).iter().all(|part| part.is_nan()));
    }
}
