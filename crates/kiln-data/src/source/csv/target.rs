//! What the model predicts: classes or numbers.

use crate::Target;

/// More different numbers than this are not classes.
const MAX_NUMBER_CLASSES: usize = 20;
/// Numbers that occur less often than this on average are not classes.
const MIN_ROWS_PER_CLASS: usize = 3;
/// Whole numbers beyond this are times, amounts or numbers of things, and not classes.
const MAX_EXACT: f64 = 16_777_216.0;

/// The classes that the numbers of one target column stand for, where the settings do not say: all are whole,
/// there are 20 different ones at most, and each occurs 3 times on average. Otherwise `None`: they are numbers.
pub(crate) fn classes_in(values: &[f64]) -> Option<Target> {
    let mut distinct: Vec<f64> = Vec::with_capacity(MAX_NUMBER_CLASSES + 1);
    for &value in values {
        if value.fract() != 0.0 || value.abs() > MAX_EXACT {
            return None;
        }
        if let Err(at) = distinct.binary_search_by(|other| compare(*other, value)) {
            if distinct.len() == MAX_NUMBER_CLASSES {
                return None;
            }
            distinct.insert(at, value);
        }
    }
    if values.len() < MIN_ROWS_PER_CLASS * distinct.len() {
        return None;
    }
    let code = |value: &f64| distinct.partition_point(|other| compare(*other, *value).is_lt()) as u32;
    let labels = values.iter().map(code).collect();
    let names = distinct.iter().map(|value| (*value as i64).to_string()).collect();
    Some(Target::Classes { labels, names })
}

/// The order of numbers, with 0 and -0 equal.
fn compare(a: f64, b: f64) -> std::cmp::Ordering {
    (a + 0.0).total_cmp(&(b + 0.0))
}

/// Several columns of numbers, row by row.
pub(crate) fn interleave(columns: &[Vec<f64>], names: Vec<String>) -> Target {
    let rows = columns.first().map_or(0, Vec::len);
    let values = (0..rows).flat_map(|row| columns.iter().map(move |column| column[row])).collect();
    Target::Values { values, names }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_whole_numbers_that_come_back_are_classes() {
        let repeat = |values: &[f64], times: usize| values.repeat(times);
        let twenty: Vec<f64> = (0..20u8).map(f64::from).collect();
        let twenty_one: Vec<f64> = (0..21u8).map(f64::from).collect();
        let is_class = |values: &[f64]| classes_in(values).is_some();
        assert!(is_class(&repeat(&twenty, 3)) && !is_class(&repeat(&twenty_one, 10)));
        assert!(is_class(&repeat(&[0.0, 1.0], 3)) && !is_class(&repeat(&[0.0, 1.0], 2)));
        assert!(!is_class(&repeat(&[0.5, 1.0], 9)) && !is_class(&repeat(&[0.0, 16_777_218.0], 9)));
    }

    #[test]
    fn number_classes_come_in_their_own_order() {
        let target = classes_in(&[10.0, -1.0, 2.0, -0.0, 0.0, 2.0, 10.0, 10.0, -1.0, -1.0, 0.0, 2.0]);
        let Some(Target::Classes { labels, names }) = target else { panic!("classes") };
        assert_eq!(names, ["-1", "0", "2", "10"]);
        assert_eq!(labels, [3, 0, 2, 1, 1, 2, 3, 3, 0, 0, 1, 2]);
    }
}
