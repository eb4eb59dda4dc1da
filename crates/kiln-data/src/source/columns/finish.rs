//! What is made of the cells of a column once all files are read.

use std::collections::BTreeMap;

use super::role::Read;
use crate::{MISSING, Values};

/// The cells as the column has them: dates, booleans in one spelling, classes by their numbers.
pub(super) fn finish(values: Values, read: Read) -> Values {
    match (values, read) {
        (Values::Numeric(days), Read::Dates(form)) => Values::Dates { days, form },
        (Values::Categorical { codes, names }, Read::Booleans) => {
            let (codes, names) = merged(codes, names, |name| name.to_ascii_lowercase());
            Values::Categorical { codes, names }
        }
        (Values::Categorical { codes, names }, Read::NumberClasses) => {
            let (codes, mut names) = merged(codes, names, class_name);
            names.iter_mut().for_each(|name| *name = class_name(name));
            in_order(codes, names)
        }
        (values, _) => values,
    }
}

/// The cells of two files as one: categories of both, in the order that they have in one file.
pub(super) fn joined(first: Values, second: Values, is_class: bool) -> Values {
    match (first, second) {
        (Values::Numeric(mut cells), Values::Numeric(more)) => {
            cells.extend(more);
            Values::Numeric(cells)
        }
        (
            Values::Categorical { mut codes, mut names },
            Values::Categorical { codes: more, names: others },
        ) => {
            let places: Vec<u32> = others
                .into_iter()
                .map(|name| match names.iter().position(|known| *known == name) {
                    Some(place) => place as u32,
                    None => {
                        names.push(name);
                        names.len() as u32 - 1
                    }
                })
                .collect();
            codes.extend(
                more.into_iter().map(|code| if code == MISSING { code } else { places[code as usize] }),
            );
            if is_class { in_order(codes, names) } else { by_text(codes, names) }
        }
        (first, _) => first,
    }
}

/// Codes in the order of the texts; where all are numbers, in that of the numbers.
fn in_order(codes: Vec<u32>, names: Vec<String>) -> Values {
    let numbers: Option<Vec<f64>> = names.iter().map(|name| name.parse().ok()).collect();
    match numbers {
        Some(numbers) => sorted(codes, names, |a, b, names| {
            numbers[a].total_cmp(&numbers[b]).then_with(|| names[a].cmp(&names[b]))
        }),
        None => by_text(codes, names),
    }
}

fn by_text(codes: Vec<u32>, names: Vec<String>) -> Values {
    sorted(codes, names, |a, b, names| names[a].cmp(&names[b]))
}

fn sorted(
    mut codes: Vec<u32>,
    names: Vec<String>,
    compare: impl Fn(usize, usize, &[String]) -> std::cmp::Ordering,
) -> Values {
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|&a, &b| compare(a, b, &names));
    let mut new = vec![0; names.len()];
    for (place, &old) in order.iter().enumerate() {
        new[old] = place as u32;
    }
    codes.iter_mut().filter(|code| **code != MISSING).for_each(|code| *code = new[*code as usize]);
    let names = order.into_iter().map(|old| names[old].clone()).collect();
    Values::Categorical { codes, names }
}

/// Categories of one key become one, under the name that most cells have, the first of equals.
fn merged(codes: Vec<u32>, names: Vec<String>, key: impl Fn(&str) -> String) -> (Vec<u32>, Vec<String>) {
    let mut counts = vec![0usize; names.len()];
    codes.iter().filter(|code| **code != MISSING).for_each(|code| counts[*code as usize] += 1);
    let mut best: BTreeMap<String, usize> = BTreeMap::new();
    for (place, name) in names.iter().enumerate() {
        let known = best.entry(key(name)).or_insert(place);
        if counts[place] > counts[*known] {
            *known = place;
        }
    }
    let mut kept: Vec<usize> = best.values().copied().collect();
    kept.sort_unstable();
    let new: Vec<u32> =
        names.iter().map(|name| kept.partition_point(|place| *place < best[&key(name)]) as u32).collect();
    let codes = codes.into_iter().map(|code| if code == MISSING { code } else { new[code as usize] });
    (codes.collect(), kept.iter().map(|&place| names[place].clone()).collect())
}

/// The one way of writing a class that is a number: `1`, `1.0` and `01` are `1`.
fn class_name(text: &str) -> String {
    const EXACT: f64 = 9_007_199_254_740_992.0; // 2^53
    match text.parse::<f64>() {
        Ok(number) if number.fract() == 0.0 && number.abs() < EXACT => (number as i64).to_string(),
        _ => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn categories(codes: &[u32], names: &[&str]) -> Values {
        Values::Categorical {
            codes: codes.to_vec(),
            names: names.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    #[test]
    fn booleans_have_the_spelling_of_most_cells() {
        let cells = categories(&[0, 1, 1, 2, 3, MISSING], &["FALSE", "False", "TRUE", "true"]);
        let (codes, names) = ([0, 0, 0, 1, 1, MISSING], ["False", "TRUE"]);
        assert_eq!(finish(cells, Read::Booleans), categories(&codes, &names));
    }

    #[test]
    fn classes_that_are_numbers_are_one_by_their_value_where_that_is_asked_for() {
        let cells = categories(&[0, 1, 2, 3, MISSING], &["01", "1.0", "10", "2"]);
        assert_eq!(finish(cells.clone(), Read::Classes), cells);
        let (codes, names) = ([0, 0, 2, 1, MISSING], ["1", "2", "10"]);
        assert_eq!(finish(cells, Read::NumberClasses), categories(&codes, &names));
    }

    #[test]
    fn files_that_are_joined_have_the_categories_of_both() {
        let first = categories(&[0, 1, MISSING], &["a", "c"]);
        let second = categories(&[0, 1, 1], &["b", "c"]);
        let both = categories(&[0, 2, MISSING, 1, 2, 2], &["a", "b", "c"]);
        assert_eq!(joined(first, second, false), both);
        let numbers = |names| categories(&[0, 1], names);
        let classes = joined(numbers(&["9", "10"]), numbers(&["1", "9"]), true);
        assert_eq!(classes, categories(&[1, 2, 0, 1], &["1", "9", "10"]));
    }
}
