//! The confusion matrix as text.

use unicode_width::UnicodeWidthStr;

use crate::human::count;
use crate::table::{Column, Table, shorten};
use crate::visible::printable;

/// The most classes that are shown as a matrix.
const MATRIX: usize = 20;
/// How many of the most frequent confusions are shown for more classes.
const LISTED: usize = 15;
/// The widest class name in a row's label.
const NAME: usize = 24;
/// The widest line of a matrix whose columns carry names; beyond it they carry numbers.
const LINE: usize = 100;

/// `counts[actual][predicted]` as a text table with the classes by name; rows are the actual classes.
///
/// Up to 20 classes make a matrix; with long names its columns are numbered and its rows carry number and name.
/// Of more classes the most frequent confusions are listed. Counts beyond the names, and rows or cells that are
/// missing, count as 0.
pub fn confusion(names: &[String], counts: &[Vec<u64>]) -> String {
    let names: Vec<String> = names.iter().map(|name| shorten(&printable(name), NAME)).collect();
    if names.len() <= MATRIX { matrix(&names, counts) } else { most_frequent(&names, counts) }
}

fn at(counts: &[Vec<u64>], actual: usize, predicted: usize) -> u64 {
    counts.get(actual).and_then(|row| row.get(predicted)).copied().unwrap_or(0)
}

fn matrix(names: &[String], counts: &[Vec<u64>]) -> String {
    let cell = |actual, predicted| match at(counts, actual, predicted) {
        0 => "·".to_owned(),
        some => count(some),
    };
    let label = names.iter().map(|name| name.width()).max().unwrap_or(0).max(ROWS.width());
    let named = label + names.iter().map(|name| name.width().max(5) + 2).sum::<usize>() <= LINE;
    let titles: Vec<String> =
        if named { names.to_vec() } else { (0..names.len()).map(|class| class.to_string()).collect() };
    let mut table = Table::new([Column::left(ROWS)].into_iter().chain(titles.into_iter().map(Column::right)));
    for (actual, name) in names.iter().enumerate() {
        let label = if named { name.clone() } else { format!("{actual:>2} {name}") };
        table.row([label].into_iter().chain((0..names.len()).map(|predicted| cell(actual, predicted))));
    }
    table.to_string()
}

const ROWS: &str = "actual \\ predicted";

fn most_frequent(names: &[String], counts: &[Vec<u64>]) -> String {
    let mut pairs: Vec<(u64, usize, usize)> = Vec::new();
    for actual in 0..names.len() {
        for predicted in (0..names.len()).filter(|predicted| *predicted != actual) {
            let items = at(counts, actual, predicted);
            if items > 0 {
                pairs.push((items, actual, predicted));
            }
        }
    }
    // Stable, so that equal counts stay in the order of the classes.
    pairs.sort_by_key(|(items, ..)| std::cmp::Reverse(*items));
    let mut table = Table::new([Column::left("actual"), Column::left("predicted"), Column::right("items")]);
    for (items, actual, predicted) in pairs.iter().take(LISTED) {
        table.row([names[*actual].clone(), names[*predicted].clone(), count(*items)]);
    }
    let mut text = table.to_string();
    if pairs.len() > LISTED {
        let rest: u64 = pairs[LISTED..].iter().map(|(items, ..)| items).sum();
        text += &format!("{} other pairs, {} items\n", count((pairs.len() - LISTED) as u64), count(rest));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_few_classes_make_a_matrix_with_names() {
        let text = confusion(
            &names(&["setosa", "versicolor", "virginica"]),
            &[vec![10, 0, 0], vec![0, 9, 1], vec![0, 1200, 8]],
        );
        let expected = "\
actual \\ predicted  setosa  versicolor  virginica
setosa                  10           ·          ·
versicolor               ·           9          1
virginica                ·       1,200          8
";
        assert_eq!(text, expected);
    }

    #[test]
    fn long_names_are_numbered_and_cut() {
        let classes: Vec<String> =
            (0..12).map(|class| format!("class with a very long name, number {class}")).collect();
        let counts: Vec<Vec<u64>> = (0..12).map(|row| (0..12).map(|column| row * column).collect()).collect();
        let text = confusion(&classes, &counts);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "actual \\ predicted          0   1   2   3   4   5   6   7   8   9   10   11");
        assert_eq!(lines[2], " 1 class with a very long…  ·   1   2   3   4   5   6   7   8   9   10   11");
        assert!(lines.iter().all(|line| line.width() <= LINE));
    }

    #[test]
    fn of_many_classes_the_most_frequent_confusions_are_listed() {
        let classes: Vec<String> = (0..30).map(|class| format!("c{class}")).collect();
        let mut counts = vec![vec![0; 30]; 30];
        for (class, row) in counts.iter_mut().enumerate() {
            row[class] = 100;
            row[(class + 1) % 30] = class as u64;
        }
        let text = confusion(&classes, &counts);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "actual  predicted  items");
        assert_eq!(lines[1], "c29     c0            29");
        assert_eq!(lines.len(), 17);
        // 29 confusions, of which 1 + 2 + … + 14 = 105 items are not shown.
        assert_eq!(lines[16], "14 other pairs, 105 items");
    }

    #[test]
    fn missing_counts_are_zero_and_names_are_made_printable() {
        let text = confusion(&names(&["a\nb", "c"]), &[vec![3]]);
        assert_eq!(
            text,
            "actual \\ predicted  a\\nb  c\na\\nb                   3  ·\nc                      ·  ·\n"
        );
        assert_eq!(confusion(&[], &[]), "actual \\ predicted\n");
    }
}
