//! Tables whose rows are steps of series.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::problem::SeriesProblem as Problem;
use super::steps::{RowFacts, Sequence};
use super::wide::numbers;
use super::windows::{Cut, Window};
use crate::source::any_table::{item_cells, load_beside};
use crate::source::columns::Alone;
use crate::{
    Arrangement, Column, DataConfig, DataError, Dataset, Features, FilePosition, MissingTarget, Scaling,
    Series, SettingError, Target, TaskKind, Understood,
};

/// A table that was read.
struct Steps<'a> {
    path: PathBuf,
    table: Dataset,
    facts: RowFacts<'a>,
    /// The channels: the inputs, and behind them what is forecast.
    channels: Vec<Column>,
}

/// Reads the steps in the table `config.path`: series with a target each, or windows of series with what comes behind them.
///
/// # Errors
/// What is wrong with the file; series that are none.
pub(super) fn load(config: &DataConfig) -> Result<Dataset, DataError> {
    let cut = config.windows()?;
    let mut plain = DataConfig { series: None, horizon: None, cache_limit: Some(0.0), ..config.clone() };
    if cut.is_some() {
        if config.scale == Scaling::Series {
            return Err(SettingError::ScaleOfForecast.into());
        }
        // A step without a value would be left out, and the next one take its place.
        plain.missing_target = MissingTarget::Error;
        plain.task = Some(TaskKind::Regression);
    }
    let mut table = load_beside(&plain, Alone::Series(config.series.as_deref()))?;
    let path = config.needed_path()?.to_owned();
    let file_rows = match table.target.rows() {
        Ok(rows) => (0..rows).map(|item| table.arrangement.file_row(item)).collect(),
        Err(error) => return Err(error.into()),
    };
    let ids = match &config.series {
        Some(column) => Some(ids(&table, &plain, column)?),
        None => None,
    };
    let times = table.arrangement.times.take();
    let mut channels = match &mut table.features {
        Features::Table(columns) => std::mem::take(columns),
        _ => Vec::new(),
    };
    if cut.is_some() {
        channels.extend(columns_of(&table.target));
    }
    let facts = RowFacts { ids, times: times.as_deref(), file_rows };
    let steps = Steps { path, table, facts, channels };
    match cut {
        Some(cut) => steps.windows(config, cut),
        None => steps.whole(config),
    }
}

/// The part that each row is in, and its series.
fn ids(table: &Dataset, config: &DataConfig, column: &str) -> Result<Vec<(usize, String)>, DataError> {
    let mut ids: Vec<(usize, String)> =
        item_cells(table, config, column)?.into_iter().map(|(_, _, id)| (0, id)).collect();
    let parts = [&table.arrangement.fixed_validation, &table.fixed_test];
    for (rows, part) in parts.into_iter().zip(1..) {
        rows.iter().for_each(|&row| ids[row].0 = part);
    }
    Ok(ids)
}

/// Target numbers as columns.
fn columns_of(target: &Target) -> Vec<Column> {
    let Target::Values { values, names } = target else { return Vec::new() };
    let of = |(place, name): (usize, &String)| {
        let cells = values.iter().skip(place).step_by(names.len()).copied().collect();
        Column { name: name.clone(), values: crate::Values::Numeric(cells) }
    };
    names.iter().enumerate().map(of).collect()
}

impl Steps<'_> {
    fn problem(&self, problem: Problem) -> DataError {
        DataError::series(FilePosition::file(&self.path), problem)
    }

    fn sequences(&self, config: &DataConfig) -> Result<Vec<(usize, Sequence)>, DataError> {
        self.facts.sequences(config.unevenness()).map_err(|problem| self.problem(problem))
    }

    /// The names of the channels, and the numbers of all rows of `sequences`, step by step.
    fn numbers(&self, sequences: &[Sequence]) -> Result<(Vec<String>, Vec<f64>), DataError> {
        let columns =
            self.channels.iter().map(|column| numbers(&self.path, column)).collect::<Result<Vec<_>, _>>()?;
        if columns.is_empty() {
            return Err(self.problem(Problem::NoChannel));
        }
        let rows = sequences.iter().flat_map(|sequence| &sequence.rows);
        let values = rows.flat_map(|&row| columns.iter().map(move |column| column[row])).collect();
        Ok((self.channels.iter().map(|column| column.name.clone()).collect(), values))
    }

    /// One item for each series.
    fn whole(self, config: &DataConfig) -> Result<Dataset, DataError> {
        let (parts, sequences): (Vec<usize>, Vec<Sequence>) = self.sequences(config)?.into_iter().unzip();
        for sequence in &sequences {
            let first = sequence.rows[0];
            if let Some(&other) = sequence.rows.iter().find(|&&row| !is_same(&self.table, first, row)) {
                let (first, second) = (self.facts.file_rows[first], self.facts.file_rows[other]);
                return Err(self.problem(Problem::TargetChanges {
                    series: sequence.called(),
                    first,
                    second,
                }));
            }
        }
        let (names, values) = self.numbers(&sequences)?;
        let mut end = 0;
        let span = |sequence: &Sequence| {
            let start = end;
            end += sequence.rows.len() * names.len();
            start..end
        };
        let spans = sequences.iter().map(span).collect();
        let firsts: Vec<usize> = sequences.iter().map(|sequence| sequence.rows[0]).collect();
        let of_part = |part| (0..parts.len()).filter(|&item| parts[item] == part).collect::<Vec<_>>();
        let Dataset { name, target, weights, arrangement, .. } = &self.table;
        let of_rows = |all: &Vec<u32>| firsts.iter().map(|&row| all[row]).collect();
        let arrangement = Arrangement {
            fixed_validation: of_part(1),
            groups: arrangement.groups.as_ref().map(of_rows),
            cells: arrangement.cells.clone(),
            understood: arrangement.understood.clone(),
            ..Arrangement::default()
        };
        let weights = weights.as_ref().map(|all| firsts.iter().map(|&row| all[row]).collect());
        let features = Features::Series(Series::of(names, values, spans));
        let data = Dataset::with(name.clone(), features, target.of_rows(&firsts), of_part(2), weights);
        Ok(data.arranged(arrangement))
    }

    /// One item for each window.
    fn windows(self, config: &DataConfig, cut: Cut) -> Result<Dataset, DataError> {
        let sequences: Vec<Sequence> =
            self.sequences(config)?.into_iter().map(|(_, sequence)| sequence).collect();
        let windows = cut.windows(&sequences, self.facts.times);
        if windows.is_empty() {
            let longest = sequences.iter().map(|sequence| sequence.rows.len()).max().unwrap_or(0);
            let needed = cut.window + cut.horizon;
            return Err(self.problem(Problem::TooShort { longest, needed }));
        }
        let (names, values) = self.numbers(&sequences)?;
        let width = names.len();
        let forecast = self.table.target.names();
        let first = width - forecast.len();
        let spans = windows.iter().map(|Window { steps, .. }| steps.start * width..steps.end * width);
        let spans = spans.collect();
        let behind = |Window { steps, .. }: &Window| {
            let rows = steps.end..steps.end + cut.horizon;
            values[rows.start * width..rows.end * width]
                .chunks_exact(width)
                .flat_map(move |row| &row[first..])
        };
        let target = Target::Values {
            values: windows.iter().flat_map(behind).copied().collect(),
            names: (1..=cut.horizon)
                .flat_map(|step| forecast.iter().map(move |name| format!("{name}+{step}")))
                .collect(),
        };
        let Arrangement { cells, understood, .. } = self.table.arrangement.clone();
        let why = "data.horizon says that it is forecast".to_owned();
        let understood = understood.map(|known| Arc::new(Understood { why, ..(*known).clone() }));
        let arrangement = Arrangement {
            times: Some(windows.iter().map(|window| window.time).collect()),
            known: Some(windows.iter().map(|window| window.known).collect()),
            cells,
            understood,
            ..Arrangement::default()
        };
        let features = Features::Series(Series::of(names, values, spans));
        let data = Dataset::with(self.table.name.clone(), features, target, Vec::new(), None);
        Ok(data.arranged(arrangement))
    }
}

/// Whether two rows have one target, weight and group.
fn is_same(table: &Dataset, a: usize, b: usize) -> bool {
    let target = match &table.target {
        Target::Classes { labels, .. } => labels[a] == labels[b],
        Target::Labels { sets, .. } => sets[a] == sets[b],
        Target::Values { values, names } => {
            let of = |row: usize| &values[row * names.len()..(row + 1) * names.len()];
            of(a) == of(b)
        }
    };
    let weight = table.weights.as_ref().is_none_or(|weights| weights[a] == weights[b]);
    target && weight && table.arrangement.groups.as_ref().is_none_or(|groups| groups[a] == groups[b])
}

/// The series of new rows, in the order of the first row of each.
pub(super) fn of_new_rows(
    path: &Path,
    columns: &[Column],
    facts: &RowFacts<'_>,
    config: &DataConfig,
) -> Result<(Series, Vec<String>), DataError> {
    let problem = |problem| DataError::series(FilePosition::file(path), problem);
    // What comes after a gap is the next step here, too, but where an error was wanted.
    let uneven = match config.unevenness() {
        crate::Uneven::Cut => crate::Uneven::Keep,
        other => other,
    };
    let sequences = facts.sequences(uneven).map_err(problem)?;
    let columns_of_numbers =
        columns.iter().map(|column| numbers(path, column)).collect::<Result<Vec<_>, _>>()?;
    let window = config.window_steps();
    let mut items = Vec::with_capacity(sequences.len());
    let mut ids = Vec::with_capacity(sequences.len());
    for (_, sequence) in sequences {
        let steps = sequence.rows.len();
        let rows = match window {
            None => &sequence.rows[..],
            Some(window) if steps >= window => &sequence.rows[steps - window..],
            Some(window) => {
                return Err(problem(Problem::ShortWindow { series: sequence.called(), steps, window }));
            }
        };
        items.push(
            rows.iter().flat_map(|&row| columns_of_numbers.iter().map(move |column| column[row])).collect(),
        );
        ids.push(sequence.id.clone());
    }
    Ok((Series::new(columns.iter().map(|column| column.name.clone()), items), ids))
}
