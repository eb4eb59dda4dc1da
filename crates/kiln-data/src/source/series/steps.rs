//! Which rows of a table are the steps of which series.

use std::collections::HashMap;

use super::problem::SeriesProblem as Problem;
use crate::Uneven;

/// The rows of one series, in the order of their times.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sequence {
    pub(super) id: String,
    /// Places among the rows that were read.
    pub(super) rows: Vec<usize>,
}

/// What is known of the rows of a table.
#[derive(Debug)]
pub(super) struct RowFacts<'a> {
    /// The part that each row is in, and the series that it is a step of; none where all are of one.
    pub(super) ids: Option<Vec<(usize, String)>>,
    pub(super) times: Option<&'a [f64]>,
    /// The row of the file of each, from 1.
    pub(super) file_rows: Vec<usize>,
}

/// Distances above this many of the usual one are a gap: months have 28 to 31 days.
const GAP: f64 = 1.5;

impl RowFacts<'_> {
    /// The series, in the order of their first rows, and the part of each.
    ///
    /// # Errors
    /// A row without an id or a time, two steps of a series at one time, and a gap where `uneven` says so.
    pub(super) fn sequences(&self, uneven: Uneven) -> Result<Vec<(usize, Sequence)>, Problem> {
        let mut all: Vec<(usize, Sequence)> = Vec::new();
        let mut places: HashMap<(usize, &str), usize> = HashMap::new();
        for row in 0..self.file_rows.len() {
            let (part, id) = match &self.ids {
                Some(ids) => (ids[row].0, ids[row].1.as_str()),
                None => (0, ""),
            };
            if self.ids.is_some() && id.is_empty() {
                return Err(Problem::NoId { row: self.file_rows[row] });
            }
            let place = *places.entry((part, id)).or_insert_with(|| {
                all.push((part, Sequence { id: id.to_owned(), rows: Vec::new() }));
                all.len() - 1
            });
            all[place].1.rows.push(row);
        }
        let Some(times) = self.times else { return Ok(all) };
        let mut sorted = Vec::with_capacity(all.len());
        for (part, mut sequence) in all {
            if let Some(&row) = sequence.rows.iter().find(|&&row| times[row].is_nan()) {
                return Err(Problem::NoTime { row: self.file_rows[row] });
            }
            sequence.rows.sort_by(|&a, &b| times[a].total_cmp(&times[b]));
            self.must_differ(&sequence, times)?;
            let pieces = self.pieces(sequence, times, uneven)?;
            sorted.extend(pieces.into_iter().map(|piece| (part, piece)));
        }
        Ok(sorted)
    }

    fn must_differ(&self, sequence: &Sequence, times: &[f64]) -> Result<(), Problem> {
        match sequence.rows.windows(2).find(|pair| times[pair[0]] == times[pair[1]]) {
            Some(&[first, second]) => {
                let (first, second) = (self.file_rows[first], self.file_rows[second]);
                let series = sequence.called();
                Err(Problem::Repeated { series, first: first.min(second), second: first.max(second) })
            }
            _ => Ok(()),
        }
    }

    /// A series as it is, or cut where steps are missing.
    fn pieces(&self, sequence: Sequence, times: &[f64], uneven: Uneven) -> Result<Vec<Sequence>, Problem> {
        let apart = |pair: &[usize]| times[pair[1]] - times[pair[0]];
        let mut distances: Vec<f64> = sequence.rows.windows(2).map(apart).collect();
        distances.sort_by(f64::total_cmp);
        let Some(&usual) = distances.get(distances.len() / 2).filter(|_| uneven != Uneven::Keep) else {
            return Ok(vec![sequence]);
        };
        let is_gap = |pair: &[usize]| apart(pair) > GAP * usual;
        if uneven == Uneven::Error {
            return match sequence.rows.windows(2).find(|pair| is_gap(pair)) {
                None => Ok(vec![sequence]),
                Some(pair) => Err(Problem::Gap {
                    series: sequence.called(),
                    before: self.file_rows[pair[0]],
                    after: self.file_rows[pair[1]],
                    times: (100.0 * apart(pair) / usual).round() / 100.0,
                }),
            };
        }
        let Sequence { id, rows } = sequence;
        let pieces = rows.chunk_by(|&a, &b| !is_gap(&[a, b]));
        Ok(pieces.map(|rows| Sequence { id: id.clone(), rows: rows.to_vec() }).collect())
    }
}

impl Sequence {
    /// What messages call it.
    pub(super) fn called(&self) -> String {
        if self.id.is_empty() { "the series".to_owned() } else { format!("the series {:?}", self.id) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts<'a>(ids: &[&str], times: Option<&'a [f64]>) -> RowFacts<'a> {
        let ids: Vec<_> = ids.iter().map(|id| (0, (*id).to_owned())).collect();
        RowFacts { file_rows: (1..=ids.len()).collect(), ids: Some(ids), times }
    }

    fn rows(found: Vec<(usize, Sequence)>) -> Vec<(String, Vec<usize>)> {
        found.into_iter().map(|(_, sequence)| (sequence.id, sequence.rows)).collect()
    }

    #[test]
    fn steps_come_in_the_order_of_their_times() {
        let times = [3.0, 1.0, 2.0, 1.0, 2.0];
        let found = facts(&["b", "a", "b", "b", "a"], Some(&times)).sequences(Uneven::Error).unwrap();
        assert_eq!(rows(found), [("b".into(), vec![3, 2, 0]), ("a".into(), vec![1, 4])]);
        let found = facts(&["b", "a", "b"], None).sequences(Uneven::Error).unwrap();
        assert_eq!(rows(found), [("b".into(), vec![0, 2]), ("a".into(), vec![1])]);
    }

    #[test]
    fn what_is_wrong_with_times_is_said() {
        let of = |ids: &[&str], times: &[f64], uneven| facts(ids, Some(times)).sequences(uneven);
        let same = ["a"; 5];
        let repeated = of(&same, &[1.0, 2.0, 3.0, 2.0, 5.0], Uneven::Keep).unwrap_err();
        assert_eq!(repeated, Problem::Repeated { series: "the series \"a\"".into(), first: 2, second: 4 });
        assert_eq!(of(&["a", ""], &[1.0, 2.0], Uneven::Keep).unwrap_err(), Problem::NoId { row: 2 });
        assert_eq!(of(&["a", "a"], &[1.0, f64::NAN], Uneven::Keep).unwrap_err(), Problem::NoTime { row: 2 });
        let gap = [1.0, 2.0, 3.0, 6.0, 7.0];
        let error = of(&same, &gap, Uneven::Error).unwrap_err();
        assert_eq!(
            error,
            Problem::Gap { series: "the series \"a\"".into(), before: 3, after: 4, times: 3.0 }
        );
        assert_eq!(of(&same, &gap, Uneven::Keep).unwrap().len(), 1);
        let cut = rows(of(&same, &gap, Uneven::Cut).unwrap());
        assert_eq!(cut, [("a".into(), vec![0, 1, 2]), ("a".into(), vec![3, 4])]);
        // January, February, March: no gap.
        assert!(of(&["a"; 4], &[0.0, 31.0, 59.0, 90.0], Uneven::Error).is_ok());
    }
}
