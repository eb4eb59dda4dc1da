//! New time series, for a model that was trained on such.

use std::path::Path;

use super::archive::is_ts;
use super::long::of_new_rows;
use super::problem::SeriesProblem as Problem;
use super::steps::RowFacts;
use super::wide::of_columns;
use crate::cell::Marks;
use crate::date::{DateTally, Found};
use crate::source::any_table::{read_as, read_texts};
use crate::source::reader::NewInputs;
use crate::{ColumnKind, ColumnSchema, DataConfig, DataError, Features, FilePosition, Fitted};

/// Reads the series in a table for a model that was trained on data of `config`; of a model that forecasts the last window of each. `None` where the model
/// takes something else, and for files that another reader knows.
///
/// # Errors
/// A column that is not there; a file that is malformed, or not there; series that are none.
pub(in crate::source) fn read_new(
    path: &Path,
    config: &DataConfig,
    fitted: &Fitted,
) -> Option<Result<NewInputs, DataError>> {
    let channels = fitted.channels()?;
    if is_ts(path) || path.is_dir() {
        return None;
    }
    let steps = fitted.step_columns().unwrap_or_default();
    Some(if steps.is_empty() {
        long(path, config, fitted, channels)
    } else {
        columns(path, fitted, steps).and_then(|columns| {
            let series = of_columns(path, &columns)?;
            let items = series.len();
            Ok((Features::Series(series), items).into())
        })
    })
}

/// Columns of numbers by their names.
fn columns(path: &Path, fitted: &Fitted, names: &[String]) -> Result<Vec<crate::Column>, DataError> {
    let wanted = |name: &String| ColumnSchema { name: name.clone(), kind: ColumnKind::Numeric };
    let wanted: Vec<ColumnSchema> = names.iter().map(wanted).collect();
    match read_as(path, fitted, &wanted)?.0 {
        Features::Table(columns) => Ok(columns),
        _ => Ok(Vec::new()),
    }
}

fn long(
    path: &Path,
    config: &DataConfig,
    fitted: &Fitted,
    channels: &[String],
) -> Result<NewInputs, DataError> {
    let columns = columns(path, fitted, channels)?;
    let rows = columns.first().map_or(0, |column| column.values.len());
    let texts = |column: &String| -> Result<Vec<String>, DataError> {
        Ok(read_texts(path, std::slice::from_ref(column))?.pop().unwrap_or_default())
    };
    let ids = config.series.as_ref().map(texts).transpose()?;
    let times = config.time.as_ref().map(texts).transpose()?;
    let times = times.map(|texts| times_of(&texts, config.day_first, &fitted.marks()));
    let times = times.transpose().map_err(|problem| DataError::series(FilePosition::file(path), problem))?;
    let facts = RowFacts {
        ids: ids.map(|ids| ids.into_iter().map(|id| (0, id)).collect()),
        times: times.as_deref(),
        file_rows: (1..=rows).collect(),
    };
    let (series, ids) = of_new_rows(path, &columns, &facts, config)?;
    let items = series.len();
    let names = config.series.clone().map(|column| (column, ids));
    Ok(NewInputs { names, ..(Features::Series(series), items).into() })
}

/// Times as numbers, or dates as days.
fn times_of(texts: &[String], day_first: Option<bool>, marks: &Marks) -> Result<Vec<f64>, Problem> {
    let is_missing = |text: &str| marks.of(text).is_some();
    let known = || texts.iter().enumerate().filter(|(_, text)| !is_missing(text));
    if known().all(|(_, text)| text.parse::<f64>().is_ok_and(f64::is_finite)) {
        return Ok(texts.iter().map(|text| text.parse().unwrap_or(f64::NAN)).collect());
    }
    let mut tally = DateTally::default();
    let wrong = |(row, text): (usize, &String)| Problem::Time { row: row + 1, text: text.clone() };
    for (row, text) in known() {
        if !tally.add(text) {
            return Err(wrong((row, text)));
        }
    }
    let Found::Dates(form) = tally.found(day_first) else {
        return Err(known().next().map_or(Problem::NoTime { row: 1 }, wrong));
    };
    let day = |(row, text): (usize, &String)| match form.days(text) {
        Some(days) => Ok(days),
        None if is_missing(text) => Ok(f64::NAN),
        None => Err(wrong((row, text))),
    };
    texts.iter().enumerate().map(day).collect()
}
