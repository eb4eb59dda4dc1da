//! CSV files with a header.
//!
//! How a file is written is found out by its beginning: the delimiter (comma, semicolon, tab, bar or spaces), Excel's line
//! `sep=`, comments (lines that begin with `#`), gzip and Zstandard, UTF-8, UTF-16 and Windows-1252 with Latin-1. Cells may be
//! quoted with `"` (doubled inside) and then hold line ends. White space around a cell does not count. Blank lines are skipped.
//!
//! * Missing cells: empty and pandas' marks, such as `NA`, `NaN`, `null`, `None`; in a column of numbers also `-`, `.` and the like.
//! * A column with more numbers than other texts is numeric, and a text in it is an error that names the cell; else it is
//!   categorical. Decimals begin with a point or a comma, as the column has them; thousands may be kept apart.
//! * A column has at most 1000 categories; they are in the order of their texts.
//!
//! A file is read twice: first to check every row and to see what the columns are, then into memory that is reserved
//! once. So a malformed file costs no more than a row. Both readings are done in blocks of rows by several threads.

mod blocks;
mod cells;
mod dialect;
mod encoding;
mod file;
mod header;
mod locate;
mod packing;
mod parallel;
mod problem;
mod reader;
mod schema;
mod sniff;
mod split;
mod target;
mod text;
mod texts;

use std::path::Path;

pub(crate) use file::CsvFile;
pub(crate) use problem::cell;
pub use problem::{Cell, CsvProblem};
pub use schema::{ColumnKind, ColumnSchema};
pub(crate) use texts::header;
pub use texts::read_texts;

use kiln_core::nearest;

use super::files::name_of;
use super::reader::{Reader, SourceInfo};
use super::table::{Fill, ReadAs, Survey, TableFile, fill};
use crate::cell::Marks;
use crate::{
    Column, DataConfig, DataError, Dataset, Features, FileError, Fitted, SettingError, Target, TaskKind,
    Values,
};

/// `source = "csv"`.
#[derive(Debug)]
pub(super) struct Csv;

impl Reader for Csv {
    fn info(&self) -> SourceInfo {
        let settings = &[
            "data.path",
            "data.target",
            "data.task",
            "data.ignore",
            "data.weight",
            "data.missing",
            "data.decimal",
        ];
        SourceInfo::format("csv", "a file with a header; the last column is the target", settings)
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        load_table(config.needed_path()?, config)
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
    let config = DataConfig {
        target: targets.to_vec(),
        task,
        ignore: ignore.to_vec(),
        weight: weight.map(str::to_owned),
        ..DataConfig::new("csv")
    };
    load_table(path, &config)
}

fn load_table(path: &Path, config: &DataConfig) -> Result<Dataset, DataError> {
    let DataConfig { target: targets, task, ignore, weight, .. } = config;
    let task = *task;
    let file = CsvFile::open(path)?.with_decimal(config.decimal);
    let names = file.names();
    let roles = Roles::of(&file, targets, ignore, weight.as_deref())?;
    let wanted: Vec<bool> = (0..names.len()).map(|column| !roles.ignored.contains(&column)).collect();
    let survey = Survey::of(&file, &wanted, Marks::new(config.missing.as_deref()))?;
    if survey.rows < MIN_ROWS {
        return Err(file.file_error(CsvProblem::TooFewRows { rows: survey.rows, min: MIN_ROWS }));
    }
    let mut fills = Vec::with_capacity(names.len());
    for (column, name) in names.iter().enumerate() {
        fills.push(if roles.ignored.contains(&column) {
            Fill::Skip
        } else if roles.targets.contains(&column) {
            target_fill(&file, &survey, column, task, roles.targets.len())?
        } else if roles.weight == Some(column) {
            weight_fill(&file, &survey, column)?
        } else {
            match survey.read_as(column, file.decimal()) {
                ReadAs::Numbers(_) => numbers_fill(&file, &survey, column)?,
                ReadAs::Texts => Fill::Texts,
                ReadAs::Nothing => {
                    return Err(file.file_error(CsvProblem::NoValues { column: name.clone() }));
                }
            }
        });
    }
    let mut columns = fill(&file, &survey, &fills)?;
    let target = target(&survey, path, &mut columns, &roles.targets, task)?;
    let weights = match roles.weight.and_then(|column| columns[column].take()) {
        Some(Values::Numeric(weights)) => Some(weights),
        _ => None,
    };
    let features = survey
        .names
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
    let file = CsvFile::open(path)?;
    let mut places = Vec::new();
    for column in wanted {
        places.push(find(file.names(), &column.name).ok_or_else(|| {
            let nearest = nearest(&column.name, file.names().iter().map(String::as_str));
            file.file_error(CsvProblem::MissingColumn { column: column.name.clone(), nearest })
        })?);
    }
    let looked_at: Vec<bool> = (0..file.names().len()).map(|column| places.contains(&column)).collect();
    let survey = Survey::of(&file, &looked_at, Marks::default())?;
    let mut fills: Vec<Fill> = survey.names.iter().map(|_| Fill::Skip).collect();
    for (&place, column) in places.iter().zip(wanted) {
        fills[place] = match &column.kind {
            ColumnKind::Numeric => numbers_fill(&file, &survey, place)?,
            ColumnKind::Categorical(names) => Fill::Known { names: names.clone(), others: None },
        };
    }
    let mut columns = fill(&file, &survey, &fills)?;
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
        file: &CsvFile,
        targets: &[String],
        ignore: &[String],
        weight: Option<&str>,
    ) -> Result<Self, DataError> {
        let (path, header) = (file.path(), file.names());
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
        let mut ignored = all("data.ignore", ignore)?;
        // An index without a name.
        ignored.extend(find(header, ""));
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
            return Err(file.file_error(CsvProblem::NoFeatures));
        }
        Ok(Self { targets, ignored, weight })
    }
}

fn find(header: &[String], name: &str) -> Option<usize> {
    header.iter().position(|other| other == name)
}

/// How to read a column of numbers.
fn numbers_fill(file: &CsvFile, survey: &Survey, column: usize) -> Result<Fill, DataError> {
    let decimal = survey.decimal(column, file.decimal());
    survey.check_numbers(file, column, decimal)?;
    Ok(Fill::Numbers(decimal))
}

/// How to read a target column, which must have no missing cell.
fn target_fill(
    file: &CsvFile,
    survey: &Survey,
    column: usize,
    task: Option<TaskKind>,
    targets: usize,
) -> Result<Fill, DataError> {
    let is_texts = survey.read_as(column, file.decimal()) == ReadAs::Texts;
    let seen = &survey.columns[column];
    let missing = seen.first_missing.as_ref().or(seen.first_maybe_missing.as_ref().filter(|_| !is_texts));
    if let Some(spot) = missing {
        return Err(survey.spot_error(file, column, spot, |cell, _| CsvProblem::MissingTarget { cell }));
    }
    match task {
        Some(TaskKind::Classification) if targets > 1 => {
            Err(SettingError::SeveralClassTargets { targets }.into())
        }
        Some(TaskKind::Classification) => Ok(Fill::Classes),
        None if targets == 1 && is_texts => Ok(Fill::Classes),
        _ => numbers_fill(file, survey, column),
    }
}

/// The column of weights: a number of 0 or more in every row.
fn weight_fill(file: &CsvFile, survey: &Survey, column: usize) -> Result<Fill, DataError> {
    let seen = &survey.columns[column];
    if let Some(spot) = seen.first_missing.as_ref().or(seen.first_maybe_missing.as_ref()) {
        return Err(survey.spot_error(file, column, spot, |cell, _| CsvProblem::MissingWeight { cell }));
    }
    let fill = numbers_fill(file, survey, column)?;
    if let Some(spot) = &seen.first_negative {
        return Err(
            survey.spot_error(file, column, spot, |cell, text| CsvProblem::NegativeWeight { cell, text })
        );
    }
    Ok(fill)
}

/// Takes the target out of the columns.
fn target(
    survey: &Survey,
    path: &Path,
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
            Err(FileError::OneClass { path: path.to_owned(), class }.into())
        }
        Some(classes) => Ok(classes),
        None => {
            let names = targets.iter().map(|&column| survey.names[column].clone()).collect();
            Ok(target::interleave(&numbers, names))
        }
    }
}
