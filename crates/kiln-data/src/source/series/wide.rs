//! Tables whose rows are series: the columns are the steps.

use std::path::Path;

use super::problem::SeriesProblem as Problem;
use crate::{Column, DataConfig, DataError, Dataset, Features, FilePosition, Series, Values};

/// The channel of such a series.
const CHANNEL: &str = "value";

/// Reads the rows of the table `config.path` as series; targets, weights, groups and times are other columns.
///
/// # Errors
/// What is wrong with the file, and a column of anything but numbers.
pub(super) fn load(config: &DataConfig) -> Result<Dataset, DataError> {
    let mut plain = DataConfig { wide: false, cache_limit: Some(0.0), ..config.clone() };
    // What orders the rows is no step.
    plain.ignore.extend(config.time.clone().filter(|time| !config.ignore.contains(time)));
    let table = plain.load()?;
    let path = config.needed_path()?;
    let columns = table.features.as_table().unwrap_or_default();
    let series = of_columns(path, columns)?;
    let Dataset { name, target, weights, fixed_test, arrangement, .. } = table;
    Ok(Dataset::with(name, Features::Series(series), target, fixed_test, weights).arranged(arrangement))
}

/// One series for each row. Missing cells at its end are behind the end of the series.
pub(super) fn of_columns(path: &Path, columns: &[Column]) -> Result<Series, DataError> {
    let problem = |problem| DataError::series(FilePosition::file(path), problem);
    let numbers = columns.iter().map(|column| numbers(path, column)).collect::<Result<Vec<_>, _>>()?;
    let Some(first) = numbers.first() else { return Err(problem(Problem::NoChannel)) };
    let mut items = Vec::with_capacity(first.len());
    for row in 0..first.len() {
        let mut item: Vec<f64> = numbers.iter().map(|column| column[row]).collect();
        while item.last().is_some_and(|value| value.is_nan()) {
            item.pop();
        }
        if item.is_empty() {
            return Err(problem(Problem::Empty { series: format!("in row {}", row + 1) }));
        }
        items.push(item);
    }
    let steps = columns.iter().map(|column| column.name.clone()).collect();
    Ok(Series::new([CHANNEL], items).with_steps(steps))
}

/// The numbers of a column.
///
/// # Errors
/// [`Problem::NotNumbers`].
pub(super) fn numbers<'a>(path: &Path, column: &'a Column) -> Result<&'a [f64], DataError> {
    let found = match &column.values {
        Values::Numeric(numbers) => return Ok(numbers),
        Values::Categorical { .. } => "categories",
        Values::Dates { .. } => "dates",
        Values::Stored(_) => "more than is held in memory",
    };
    let problem = Problem::NotNumbers { column: column.name.clone(), found };
    Err(DataError::series(FilePosition::file(path), problem))
}
