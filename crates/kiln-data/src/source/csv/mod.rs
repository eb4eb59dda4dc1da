//! CSV files with a header.
//!
//! How a file is written is found out by its beginning: the delimiter (comma, semicolon, tab, bar or spaces), Excel's line
//! `sep=`, comments (lines that begin with `#`), gzip and Zstandard, UTF-8, UTF-16 and Windows-1252 with Latin-1. Cells may be
//! quoted with `"` (doubled inside) and then hold line ends. White space around a cell does not count. Blank lines are skipped.
//! Decimals begin with a point or a comma, as the column has them; thousands may be kept apart.
//!
//! Missing cells: empty and pandas' marks, such as `NA`, `NaN`, `null`, `None`; in a column of numbers also `-`, `.` and the like.
//!
//! What a column is, is decided by all of its cells, and said before anything is trained:
//!
//! | a column whose cells | is |
//! |---|---|
//! | are numbers, or more of them than not | numbers; a text among them is an error that names its line |
//! | are dates: ISO 8601 and [common forms](crate::DateForm) | dates |
//! | are `true` and `false`, `yes` and `no`, `t` and `f`, `y` and `n`, in any case | two categories, in which case does not count |
//! | are other texts | categories, at most 1000, in the order of their texts |
//! | are different texts, 95 % of them; or whole numbers that the name calls an id, or that count the rows | an id, and left out |
//! | are missing, or a first column without a name | left out |
//!
//! `data.numeric`, `data.categorical` and `data.ignore` say otherwise.
//!
//! A file is read twice: first to check every row and to see what the columns are, then into memory that is reserved
//! once. So a malformed file costs no more than a row. Both readings are done in blocks of rows by several threads.

mod blocks;
mod cells;
mod decoder;
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
mod text;
mod texts;

use std::path::Path;

pub(crate) use file::CsvFile;
pub(crate) use problem::cell;
pub use problem::{Cell, CsvProblem};
pub use schema::{ColumnKind, ColumnSchema};
pub use texts::read_texts;
pub(crate) use texts::{first_texts, header, texts_of};

use super::columns::{self, Alone};
use super::reader::{NewInputs, Reader, SourceInfo};
use crate::cell::Marks;
use crate::{DataConfig, DataError, Dataset, Features, Fitted, SettingError};

/// `source = "csv"`.
#[derive(Debug)]
pub(super) struct Csv;

impl Reader for Csv {
    fn info(&self) -> SourceInfo {
        let what = "a file with a header; the last column is the target";
        SourceInfo::format("csv", what, &WITH_IMAGES)
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        // Images are read where both formats are known.
        if let Some(setting) = config.of_readers().find(|setting| IMAGES.contains(setting)) {
            let name = "csv without data.images".to_owned();
            return Err(SettingError::Unused { setting, name }.into());
        }
        load(config)
    }

    fn recognises(&self, path: &Path) -> bool {
        let is = |path: &Path, known: &[&str]| {
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            known.iter().any(|known| extension.eq_ignore_ascii_case(known))
        };
        // `houses.csv.gz` is the table `houses.csv`, packed.
        let unpacked = if is(path, &["gz", "zst"]) { path.with_extension("") } else { path.to_owned() };
        !path.is_dir() && is(&unpacked, &["csv", "tsv"])
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        Some(read_as(path, fitted, fitted.columns()?).map(NewInputs::from))
    }
}

/// What means something to a file that names images.
const IMAGES: [&str; 5] = ["data.images", "data.size", "data.resize", "data.crop", "data.broken"];

/// The settings of a file, with and without images.
const WITH_IMAGES: [&str; columns::SETTINGS.len() + IMAGES.len()] = {
    let mut all = [""; columns::SETTINGS.len() + IMAGES.len()];
    let mut place = 0;
    while place < all.len() {
        all[place] =
            if place < IMAGES.len() { IMAGES[place] } else { columns::SETTINGS[place - IMAGES.len()] };
        place += 1;
    }
    all
};

/// Reads the file `config.path` to train on, and those that are its validation and test parts.
///
/// Without `config.task`, several targets are numbers, and so is one, unless its cells are texts, or whole numbers of
/// which there are at most 20 different ones that occur 3 times each on average: these are classes. The name of a class is the
/// text as it is written. Classes are in the order of their names; where all are numbers, in that of the numbers.
///
/// ```
/// use kiln_data::{DataConfig, source::csv};
///
/// let folder = tempfile::tempdir().expect("a temporary folder");
/// let path = folder.path().join("agents.csv");
/// let rows: String = (0..30).map(|i| format!("{},{}\n", i * i, ["006", "007"][i % 2])).collect();
/// std::fs::write(&path, format!("missions,agent\n{rows}")).expect("the folder is there");
/// let agents = csv::load(&DataConfig { path: Some(path), ..DataConfig::new("csv") })?;
/// assert_eq!(agents.target.names(), ["006", "007"]);
/// # Ok::<(), kiln_data::DataError>(())
/// ```
///
/// # Errors
/// [`FileError::Csv`](crate::FileError::Csv) with the place of what is malformed,
/// [`FileError::OneClass`](crate::FileError::OneClass); and of kind usage, when a setting names a column that is not there.
pub fn load(config: &DataConfig) -> Result<Dataset, DataError> {
    columns::load(config, |path| Ok(CsvFile::open(path)?.with_decimal(config.decimal)))
}

/// As [`load`]; a column is read for itself, and the inputs of the data set are empty.
pub(crate) fn load_beside(config: &DataConfig, alone: Alone<'_>) -> Result<Dataset, DataError> {
    columns::load_beside(config, Some(alone), |path| Ok(CsvFile::open(path)?.with_decimal(config.decimal)))
}

/// Reads the columns of a trained model, in the model's order, whatever else the file holds. Categories that the model
/// does not know stand behind those that it knows. Gives the columns and the number of rows.
///
/// # Errors
/// [`FileError::Csv`](crate::FileError::Csv) when a column is not there, or a cell of a numeric one is not a finite number.
pub fn read_columns(path: &Path, wanted: &[ColumnSchema]) -> Result<(Features, usize), DataError> {
    columns::read_columns(&CsvFile::open(path)?, wanted, Marks::default())
}

/// The same with the marks of missing values and the decimals that a model was trained with.
pub(crate) fn read_as(
    path: &Path,
    fitted: &Fitted,
    wanted: &[ColumnSchema],
) -> Result<(Features, usize), DataError> {
    let file = CsvFile::open(path)?.with_decimal(fitted.decimal());
    columns::read_columns(&file, wanted, fitted.marks())
}
