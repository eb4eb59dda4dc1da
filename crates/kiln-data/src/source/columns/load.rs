//! A table to train on: from one file, or three, to a data set.

use std::path::Path;

use super::alone::Alone;
use super::asked::Asked;
use super::assemble::dataset;
use super::decide::{Decision, decide};
use super::facts::{Facts, Undecided};
use super::files::Reader;
use super::role::Read;
use super::settings::{asked, looked_at};
use crate::cache::CacheFolder;
use crate::date::Either;
use crate::source::csv::CsvProblem;
use crate::source::table::{ReadAs, Survey, TableFile};
use crate::{DataConfig, DataError, Dataset, SettingError};

/// The settings that mean something to files of rows.
pub(crate) const SETTINGS: &[&str] = &[
    "data.path",
    "data.validation_path",
    "data.test_path",
    "data.target",
    "data.task",
    "data.ignore",
    "data.categorical",
    "data.numeric",
    "data.missing_target",
    "data.day_first",
    "data.group",
    "data.time",
    "data.weight",
    "data.missing",
    "data.decimal",
    "data.text",
    "data.tokenizer",
    "data.longest",
    "data.series",
    "data.wide",
    "data.horizon",
    "data.window",
    "data.stride",
    "data.gap",
    "data.uneven",
    "data.cache",
    "data.cache_limit",
];

/// One row for each of training, validation and test.
const MIN_ROWS: usize = 3;

/// Reads a table to train on, and those that are its validation and test parts, each with `open`.
///
/// # Errors
/// What is wrong with a file, with its place; settings that do not fit it; what cannot be known from it.
pub(crate) fn load<F: TableFile>(
    config: &DataConfig,
    open: impl Fn(&Path) -> Result<F, DataError>,
) -> Result<Dataset, DataError> {
    load_beside(config, None, open)
}

/// As [`load`]; a column `alone` takes the place of all columns as inputs. The inputs of the data set are empty.
///
/// # Errors
/// As [`load`].
pub(crate) fn load_beside<F: TableFile>(
    config: &DataConfig,
    alone: Option<Alone<'_>>,
    open: impl Fn(&Path) -> Result<F, DataError>,
) -> Result<Dataset, DataError> {
    let path = config.needed_path()?;
    let file = open(path)?;
    let asked = asked(path, file.names(), config, alone)?;
    let survey = Survey::of(&file, &looked_at(file.names().len(), &asked), config.marks())?;
    if survey.rows < MIN_ROWS {
        return Err(file.file_error(CsvProblem::TooFewRows { rows: survey.rows, min: MIN_ROWS }));
    }
    let decision = decided(&file, &survey, &asked)?;
    let reader = Reader { config, names: &survey.names, decision: &decision, asked: &asked };
    // Rows of several files are put together in memory.
    let is_alone = config.validation_path.is_none() && config.test_path.is_none();
    let cache = CacheFolder::of(config)?.filter(|_| is_alone);
    let mut part = reader.part(&file, &survey, cache.as_ref())?;
    if part.rows.len() < MIN_ROWS {
        let (rows, skipped) = (part.rows.len(), part.skipped);
        return Err(file.file_error(CsvProblem::TooFewTargets { rows, skipped, min: MIN_ROWS }));
    }
    if let Some(times) = asked.time.and_then(|time| part.numbers(time)).map(<[f64]>::to_vec) {
        part.sort_by(&times);
    }
    let mut fixed = Vec::new();
    for path in [&config.validation_path, &config.test_path] {
        let start = part.rows.len();
        if let Some(path) = path {
            let file = open(path)?;
            let more = reader.other(&file, config.marks())?;
            reader.append(&mut part, more);
        }
        fixed.push((start..part.rows.len()).collect::<Vec<usize>>());
    }
    let fixed_test = fixed.pop().unwrap_or_default();
    let fixed_validation = fixed.pop().unwrap_or_default();
    let mut guesses = survey.guesses(file.decimal(), |column| reader.read(column) == Read::Numbers);
    guesses.extend(survey.units(|column| {
        reader.read(column) != Read::Numbers
            && !asked.ignored.contains(&column)
            && !asked.categorical.contains(&column)
    }));
    dataset(&reader, &survey, part, [fixed_validation, fixed_test], (file.written(), guesses))
}

/// What the columns of the file are.
fn decided<F: TableFile>(file: &F, survey: &Survey, asked: &Asked) -> Result<Decision, DataError> {
    let facts: Vec<Facts<'_>> = survey
        .names
        .iter()
        .zip(&survey.columns)
        .enumerate()
        .map(|(place, (name, column))| {
            let is_numeric = matches!(survey.read_as(place, file.decimal()), ReadAs::Numbers(_));
            Facts { name, is_numeric, survey: column }
        })
        .collect();
    decide(&facts, asked).map_err(|undecided| {
        let name = |column: usize| survey.names[column].clone();
        match undecided {
            Undecided::DayOrMonth { column } => {
                let Either { text, day_first, month_first } =
                    survey.columns[column].words.dates.either().cloned().unwrap_or_default();
                file.file_error(CsvProblem::DayOrMonth { column: name(column), text, day_first, month_first })
            }
            Undecided::FileNames { column } => match &survey.columns[column].words.first_image {
                Some(spot) => survey.spot_error(file, column, spot, |cell, text| CsvProblem::FileNames {
                    cell,
                    text,
                    column: name(column),
                }),
                None => file.file_error(CsvProblem::NoFeatures { left_out: Vec::new() }),
            },
            Undecided::SeveralClasses { targets } => SettingError::SeveralClassTargets { targets }.into(),
            Undecided::NoInputs { left_out } => {
                let left_out = left_out.into_iter().map(|(column, why)| format!("{} ({why})", name(column)));
                file.file_error(CsvProblem::NoFeatures { left_out: left_out.collect() })
            }
        }
    })
}
