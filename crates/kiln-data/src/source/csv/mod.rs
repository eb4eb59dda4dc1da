//! CSV files with a header.
//!
//! The delimiter is comma, semicolon or tab, whichever is most frequent in the first line. Cells may be quoted with
//! `"` (doubled inside). White space around a cell does not count. Blank lines are skipped; a byte order mark and
//! carriage returns are fine. The text must be UTF-8.
//!
//! * Missing cells: empty, `NA`, `N/A`, `NaN`, `null`, `?`, in any case.
//! * A column is numeric if every cell that is not missing is a finite number; else categorical. But more than 95 %
//!   numbers beside some text is an error that names the first text, not a category.
//! * A column has at most 1000 categories; they are in the order of their texts.
//!
//! A file is read twice: first to check every row and to see what the columns are, then into memory that is reserved
//! once. So a malformed file costs no more than a row.

mod cell;
mod fill;
mod header;
mod locate;
mod problem;
mod record;
mod records;
mod schema;
mod survey;
mod target;

use std::path::Path;

pub use problem::{Cell, CsvProblem};
pub(crate) use records::Records;
pub use schema::{ColumnKind, ColumnSchema};

use kiln_core::nearest;

use self::fill::{Fill, fill};
use self::survey::{ReadAs, Survey};
use super::files::name_of;
use super::reader::{Reader, SourceInfo};
use crate::{
    Column, DataConfig, DataError, Dataset, Features, FileError, FilePosition, Fitted, SettingError, Target,
    TaskKind, Values,
};

/// `source = "csv"`.
#[derive(Debug)]
pub(super) struct Csv;

impl Reader for Csv {
    fn info(&self) -> SourceInfo {
        let settings = &["data.path", "data.target", "data.task", "data.ignore", "data.weight"];
        SourceInfo::format("csv", "a file with a header; the last column is the target", settings)
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        let DataConfig { target, task, ignore, weight, .. } = config;
        load(config.needed_path()?, target, *task, ignore, weight.as_deref())
    }

    fn recognises(&self, path: &Path) -> bool {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        !path.is_dir() && ["csv", "tsv"].iter().any(|known| extension.eq_ignore_ascii_case(known))
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<(Features, usize), DataError>> {
        Some(read_columns(path, fitted.columns()?))
    }
}

/// One row for each of training, validation and test.
const MIN_ROWS: usize = 3;

/// Reads a file to train on. `targets` are the columns to predict (none: the last one that is not in `ignore`),
/// `ignore` the columns to leave out, `weight` the one that says how much a row counts.
///
/// Without a `task`, several targets are numbers, and so is one, unless its cells are texts, or whole numbers of
/// which there are at most 20 different ones that occur 3 times each on average: these are classes. Classes are in
/// the order of their names; whole numbers in their own order.
///
/// # Errors
/// [`FileError::Csv`] with the place of what is malformed, [`FileError::OneClass`]; and of kind usage, when a
/// setting names a column that is not there.
pub fn load(
    path: &Path,
    targets: &[String],
    task: Option<TaskKind>,
    ignore: &[String],
    weight: Option<&str>,
) -> Result<Dataset, DataError> {
    let mut roles = Roles::default();
    let survey = Survey::of(path, |header| {
        roles = Roles::of(path, header, targets, ignore, weight)?;
        Ok((0..header.len()).map(|column| !roles.ignored.contains(&column)).collect())
    })?;
    if survey.rows < MIN_ROWS {
        return Err(survey.file_error(CsvProblem::TooFewRows { rows: survey.rows, min: MIN_ROWS }));
    }
    let mut fills = Vec::with_capacity(survey.header.len());
    for column in 0..survey.header.len() {
        fills.push(if roles.ignored.contains(&column) {
            Fill::Skip
        } else if roles.targets.contains(&column) {
            target_fill(&survey, column, task, roles.targets.len())?
        } else if roles.weight == Some(column) {
            weight_fill(&survey, column)?
        } else {
            match survey.read_as(column)? {
                ReadAs::Numeric => Fill::Numbers,
                ReadAs::Categorical => Fill::Categories,
            }
        });
    }
    let mut columns = fill(&survey, fills)?;
    let target = target(&survey, &mut columns, &roles.targets, task)?;
    let weights = match roles.weight.and_then(|column| columns[column].take()) {
        Some(Values::Numeric(weights)) => Some(weights),
        _ => None,
    };
    let features = survey
        .header
        .into_iter()
        .zip(columns)
        .filter_map(|(name, values)| values.map(|values| Column { name, values }))
        .collect();
    Ok(Dataset::with(name_of(path), Features::Table(features), target, Vec::new(), weights))
}

/// Reads the columns of a trained model, in the model's order, whatever else the file holds. Categories that the model
/// does not know are [`crate::MISSING`]. Gives the columns and the number of rows.
///
/// # Errors
/// [`FileError::Csv`] when a column is not there, or a cell of a numeric one is not a finite number.
pub fn read_columns(path: &Path, wanted: &[ColumnSchema]) -> Result<(Features, usize), DataError> {
    let mut places = Vec::new();
    let survey = Survey::of(path, |header| {
        for column in wanted {
            places.push(find(header, &column.name).ok_or_else(|| {
                let nearest = nearest(&column.name, header.iter().map(String::as_str));
                let problem = CsvProblem::MissingColumn { column: column.name.clone(), nearest };
                records::csv_error(FilePosition::file(path), problem)
            })?);
        }
        Ok((0..header.len()).map(|column| places.contains(&column)).collect())
    })?;
    let mut fills: Vec<Fill> = survey.header.iter().map(|_| Fill::Skip).collect();
    for (&place, column) in places.iter().zip(wanted) {
        fills[place] = match &column.kind {
            ColumnKind::Numeric => {
                survey.check_numeric(place)?;
                Fill::Numbers
            }
            ColumnKind::Categorical(names) => Fill::Known(names.clone()),
        };
    }
    let mut columns = fill(&survey, fills)?;
    let features = places
        .iter()
        .zip(wanted)
        .filter_map(|(&place, column)| {
            Some(Column { name: column.name.clone(), values: columns[place].take()? })
        })
        .collect();
    Ok((Features::Table(features), survey.rows))
}

/// The columns of a file by what they are for.
#[derive(Default)]
struct Roles {
    targets: Vec<usize>,
    ignored: Vec<usize>,
    weight: Option<usize>,
}

impl Roles {
    fn of(
        path: &Path,
        header: &[String],
        targets: &[String],
        ignore: &[String],
        weight: Option<&str>,
    ) -> Result<Self, DataError> {
        let all = |setting: &'static str, names: &[String]| {
            let mut columns = Vec::with_capacity(names.len());
            for name in names {
                let column = find(header, name).ok_or_else(|| SettingError::UnknownColumn {
                    setting,
                    name: name.clone(),
                    path: path.to_owned(),
                    nearest: nearest(name, header.iter().map(String::as_str)),
                })?;
                if !columns.contains(&column) {
                    columns.push(column);
                }
            }
            Ok::<_, DataError>(columns)
        };
        let ignored = all("data.ignore", ignore)?;
        let mut targets = all("data.target", targets)?;
        if let Some(&both) = targets.iter().find(|target| ignored.contains(target)) {
            return Err(SettingError::TargetIgnored { name: header[both].clone() }.into());
        }
        let weight: Vec<String> = weight.map(str::to_owned).into_iter().collect();
        let weight = all("data.weight", &weight)?.first().copied();
        for (setting, taken) in [("data.target", &targets), ("data.ignore", &ignored)] {
            if let Some(both) = weight.filter(|weight| taken.contains(weight)) {
                return Err(SettingError::WeightTaken { name: header[both].clone(), setting }.into());
            }
        }
        let free = |column: &usize| !ignored.contains(column) && weight != Some(*column);
        if targets.is_empty() {
            targets.extend((0..header.len()).rev().find(free));
        }
        if targets.len() + ignored.len() + usize::from(weight.is_some()) >= header.len() {
            return Err(records::csv_error(FilePosition::file(path), CsvProblem::NoFeatures));
        }
        Ok(Self { targets, ignored, weight })
    }
}

fn find(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|other| other == name)
}

/// How to read a target column, which must have no missing cell.
fn target_fill(
    survey: &Survey,
    column: usize,
    task: Option<TaskKind>,
    targets: usize,
) -> Result<Fill, DataError> {
    if let Some(spot) = &survey.tallies[column].first_missing {
        return Err(survey.spot_error(column, spot, |cell, _| CsvProblem::MissingTarget { cell }));
    }
    match task {
        Some(TaskKind::Classification) if targets > 1 => {
            Err(SettingError::SeveralClassTargets { targets }.into())
        }
        Some(TaskKind::Classification) => Ok(Fill::Classes),
        None if targets == 1 && survey.read_as(column)? == ReadAs::Categorical => Ok(Fill::Classes),
        _ => survey.check_numeric(column).map(|()| Fill::Numbers),
    }
}

/// The column of weights: a number of 0 or more in every row.
fn weight_fill(survey: &Survey, column: usize) -> Result<Fill, DataError> {
    let tally = &survey.tallies[column];
    if let Some(spot) = &tally.first_missing {
        return Err(survey.spot_error(column, spot, |cell, _| CsvProblem::MissingWeight { cell }));
    }
    survey.check_numeric(column)?;
    if let Some(spot) = &tally.first_negative {
        return Err(survey.spot_error(column, spot, |cell, text| CsvProblem::NegativeWeight { cell, text }));
    }
    Ok(Fill::Numbers)
}

/// Takes the target out of the columns.
fn target(
    survey: &Survey,
    columns: &mut [Option<Values>],
    targets: &[usize],
    task: Option<TaskKind>,
) -> Result<Target, DataError> {
    let mut numbers = Vec::with_capacity(targets.len());
    let mut classes = None;
    for &column in targets {
        match columns[column].take() {
            Some(Values::Numeric(values)) => numbers.push(values),
            Some(Values::Categorical { codes, names }) => {
                classes = Some(Target::Classes { labels: codes, names });
            }
            None => {}
        }
    }
    if let ([values], None) = (numbers.as_slice(), task) {
        classes = target::classes_in(values);
    }
    match classes {
        Some(Target::Classes { names, .. }) if names.len() < 2 => {
            let class = names.into_iter().next().unwrap_or_default();
            Err(FileError::OneClass { path: survey.path.clone(), class }.into())
        }
        Some(classes) => Ok(classes),
        None => {
            let names = targets.iter().map(|&column| survey.header[column].clone()).collect();
            Ok(target::interleave(&numbers, names))
        }
    }
}
