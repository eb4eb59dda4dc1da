//! Days, months and years: H. Hinnant's algorithms on days since 1970-01-01.

/// The names of the months, in English.
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// The days from 1970-01-01 to a date of the calendar; `None` where there is no such date.
pub(super) fn day_number(year: i64, month: i64, day: i64) -> Option<i64> {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Years that begin in March, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year - 400 * era;
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(146_097 * era + 365 * of_era + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// The year and the month of a day.
pub(super) fn year_and_month(day: i64) -> (i64, i64) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted - 146_097 * era;
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    (year + 400 * era + i64::from(month <= 2), month)
}

/// The month that a word names: `Dec`, `december`, `Sept`.
pub(super) fn month_named(word: &str) -> Option<i64> {
    place(word, &MONTHS).map(|place| place as i64 + 1)
}

/// The name of a month from 1.
pub(super) fn month_name(month: f64) -> Option<&'static str> {
    MONTHS.get((month as usize).checked_sub(1)?).copied()
}

/// Whether a word names a day of the week: `Tue`, `Tuesday`.
pub(super) fn is_weekday(word: &str) -> bool {
    place(word, &WEEKDAYS).is_some()
}

/// The name that a word of three letters or more begins.
fn place(word: &str, names: &[&str]) -> Option<usize> {
    let begins = |name: &&str| name.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if word.len() < 3 { None } else { names.iter().position(begins) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_of_eight_centuries_comes_back() {
        let mut day = day_number(1600, 1, 1).unwrap();
        for year in 1600..2400 {
            for month in 1..=12 {
                for date in 1..=31 {
                    let Some(found) = day_number(year, month, date) else { continue };
                    assert_eq!(found, day);
                    assert_eq!(year_and_month(day), (year, month));
                    day += 1;
                }
            }
        }
        assert_eq!(day - day_number(1600, 1, 1).unwrap(), 2 * 146_097);
    }
}
