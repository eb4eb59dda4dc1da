//! How often intervals and sets hold the truth.

use std::collections::BTreeMap;
use std::path::Path;

use kiln_core::nearest;
use kiln_data::{Dataset, Target, Values};
use kiln_validate::statistics::wilson_interval;
use serde::Serialize;

use super::intervals::Intervals;
use crate::error::{ExperimentError, IntervalError};
use crate::evaluate::ScoredItems;
use crate::observer::Observer;
use crate::predict::{Bounds, Predictor};
use crate::session::Session;

/// So many values of a column of numbers are groups of their own; more are cut into quarters.
const VALUES: usize = 8;

/// How often intervals and sets hold the truth.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Coverage {
    /// With how large a share they are to hold it.
    pub level: f64,
    /// How many items calibrated them.
    pub calibrated: usize,
    /// All items.
    pub all: GroupCoverage,
    /// The items of each group, in the order of their values.
    pub groups: Vec<GroupCoverage>,
}

/// The same of a group of items.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupCoverage {
    /// The group: `kind=house`, `area 50 to 70`, a class; empty for all items.
    pub group: String,
    /// How many items.
    pub items: usize,
    /// Those whose truth is inside: with several target columns all of them.
    pub inside: usize,
    /// Their share.
    pub share: f64,
    /// Wilson's 95 % interval of the share.
    pub interval: [f64; 2],
    /// How wide the intervals are on average, for each target column; of classes how many are in a set.
    pub size: Vec<f64>,
}

/// Whether the truth of an item is inside, and how large its intervals or its set are.
struct Found {
    inside: bool,
    size: Vec<f64>,
}

impl ScoredItems {
    /// How often intervals of the run in `run` at `level` hold the truth of these items: [`Intervals::of_run`] and [`coverage`].
    ///
    /// # Errors
    /// As there.
    pub fn coverage(
        &self,
        run: &Path,
        level: f64,
        by: Option<&str>,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Coverage, ExperimentError> {
        let mut home = session.clone();
        home.flags.data = None;
        let intervals = Intervals::of_run(run, level, &home, observer)?;
        let predictor = Predictor::open(run, session, observer)?;
        coverage(&predictor, &intervals, &self.dataset, &self.rows, by)
    }

    /// The same between the quantiles of two runs: [`Intervals::between`].
    ///
    /// # Errors
    /// As there.
    pub fn coverage_between(
        &self,
        [lower, upper]: [&Path; 2],
        level: f64,
        by: Option<&str>,
        session: &Session,
        observer: &dyn Observer,
    ) -> Result<Coverage, ExperimentError> {
        let mut home = session.clone();
        home.flags.data = None;
        let intervals = Intervals::between(lower, upper, level, &home, observer)?;
        let open = |run| Predictor::open(run, &home, observer);
        let pair = Predictor::of_pair(open(lower)?, open(upper)?)?;
        coverage(&pair, &intervals, &self.dataset, &self.rows, by)
    }
}

/// How often `intervals` hold the truth of `rows` of a data set, of which `predictor` has seen none. `by`: the groups that are shown by
/// themselves, the values of a column, or with `None` the classes. With several target columns each interval holds at its level by itself,
/// so all together hold less often.
///
/// # Errors
/// A column that is not there, and no items.
pub fn coverage(
    predictor: &Predictor,
    intervals: &Intervals,
    dataset: &Dataset,
    rows: &[usize],
    by: Option<&str>,
) -> Result<Coverage, ExperimentError> {
    let mut found = Vec::with_capacity(rows.len());
    let width = predictor.width();
    for chunk in rows.chunks(predictor.input_shape().at_once()) {
        let outputs = predictor.outputs_of_each(&dataset.features, chunk)?;
        for (place, row) in chunk.iter().enumerate() {
            let of_item: Vec<&[f64]> = outputs.iter().map(|of| &of[place * width..][..width]).collect();
            let bound = intervals.of(&predictor.numbers_of_each(&of_item))?;
            found.push(match dataset.target.labels() {
                Some(labels) => Found {
                    inside: bound.set.contains(&(labels[*row] as usize)),
                    size: vec![bound.set.len() as f64],
                },
                None => {
                    let ends = || bound.lower.iter().zip(&bound.upper);
                    let inside = ends()
                        .zip(dataset.target.numbers(*row))
                        .all(|((low, high), actual)| *low <= actual && actual <= *high);
                    Found { inside, size: ends().map(|(low, high)| high - low).collect() }
                }
            });
        }
    }
    let places: Vec<usize> = (0..rows.len()).collect();
    let groups = groups(dataset, rows, by)?;
    let of_groups = groups.into_iter().map(|(name, places)| of_group(name, &places, &found));
    Ok(Coverage {
        level: intervals.level(),
        calibrated: intervals.items(),
        all: of_group(String::new(), &places, &found)?,
        groups: of_groups.collect::<Result<_, _>>()?,
    })
}

fn of_group(group: String, places: &[usize], found: &[Found]) -> Result<GroupCoverage, ExperimentError> {
    let inside = places.iter().filter(|place| found[**place].inside).count();
    let items = places.len();
    let columns = found.first().map_or(0, |first| first.size.len());
    let mean = |column: usize| {
        places.iter().map(|place| found[*place].size[column]).sum::<f64>() / items.max(1) as f64
    };
    let interval = wilson_interval(inside as u64, items as u64, 0.95)?;
    let (share, size) = (inside as f64 / items as f64, (0..columns).map(mean).collect());
    Ok(GroupCoverage { group, items, inside, share, interval, size })
}

/// The places in `rows` of each group.
fn groups(
    dataset: &Dataset,
    rows: &[usize],
    by: Option<&str>,
) -> Result<Vec<(String, Vec<usize>)>, ExperimentError> {
    let Some(name) = by else {
        let Target::Classes { labels, names } = &dataset.target else { return Ok(Vec::new()) };
        return Ok(named(rows, |row| labels[row] as usize, |class| names[*class].clone()));
    };
    let columns = dataset.features.as_table().unwrap_or_default();
    let Some(column) = columns.iter().find(|column| column.name == name) else {
        let nearest = nearest(name, columns.iter().map(|column| column.name.as_str()));
        return Err(IntervalError::NoColumn { name: name.to_owned(), nearest }.into());
    };
    Ok(match column.values.loaded()?.as_ref() {
        Values::Categorical { codes, names } => named(
            rows,
            |row| names.get(codes[row] as usize).cloned(),
            |value| format!("{name}={}", value.as_deref().unwrap_or("missing")),
        ),
        Values::Numeric(cells) => of_numbers(name, rows, |row| cells[row]),
        Values::Dates { days, .. } => of_numbers(name, rows, |row| days[row]),
        _ => Vec::new(),
    })
}

fn named<K: Ord>(
    rows: &[usize],
    key: impl Fn(usize) -> K,
    name: impl Fn(&K) -> String,
) -> Vec<(String, Vec<usize>)> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (place, row) in rows.iter().enumerate() {
        groups.entry(key(*row)).or_default().push(place);
    }
    groups.into_iter().map(|(key, places)| (name(&key), places)).collect()
}

/// Few values are groups of their own, many are cut into quarters of the items.
fn of_numbers(name: &str, rows: &[usize], cell: impl Fn(usize) -> f64) -> Vec<(String, Vec<usize>)> {
    let mut sorted: Vec<f64> = rows.iter().map(|row| cell(*row)).filter(|cell| !cell.is_nan()).collect();
    sorted.sort_by(f64::total_cmp);
    let mut values = sorted.clone();
    values.dedup();
    // Each group by its least value.
    let starts: Vec<f64> = if values.len() <= VALUES {
        values
    } else {
        let mut starts: Vec<f64> = (0..4).map(|quarter| sorted[quarter * sorted.len() / 4]).collect();
        starts.dedup();
        starts
    };
    let group = |row: usize| {
        let cell = cell(row);
        if cell.is_nan() { usize::MAX } else { starts.partition_point(|start| *start <= cell).max(1) - 1 }
    };
    let title = |group: &usize| {
        let Some(start) = starts.get(*group) else { return format!("{name}=missing") };
        let end = starts.get(group + 1).map_or(sorted.len(), |end| sorted.partition_point(|cell| cell < end));
        let last = sorted[end.max(1) - 1];
        let [start, last] = [*start, last].map(short);
        if last == start { format!("{name}={start}") } else { format!("{name} {start} to {last}") }
    };
    named(rows, group, title)
}

/// A number in five digits.
fn short(number: f64) -> f64 {
    format!("{number:.4e}").parse().unwrap_or(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_numbers_are_quarters_and_few_are_groups() {
        let rows: Vec<usize> = (0..40).collect();
        let quarters = of_numbers("x", &rows, |row| row as f64);
        let sizes: Vec<usize> = quarters.iter().map(|(_, places)| places.len()).collect();
        assert_eq!(sizes, [10, 10, 10, 10]);
        assert_eq!(quarters[1].0, "x 10 to 19");
        let few = of_numbers("x", &rows, |row| if row == 7 { f64::NAN } else { (row % 3) as f64 });
        let names: Vec<&str> = few.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["x=0", "x=1", "x=2", "x=missing"]);
        assert_eq!(few.iter().map(|(_, places)| places.len()).sum::<usize>(), 40);
    }
}
