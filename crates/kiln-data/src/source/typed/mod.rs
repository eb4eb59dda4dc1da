//! Tables in formats that have types, and JSON lines. Each is a [`RowSource`] and an entry of [`FORMATS`]; what the columns are is
//! found out as for CSV.

#[cfg(any(feature = "numpy", feature = "xlsx"))]
mod archive;
#[cfg(feature = "parquet")]
mod arrow;
mod failed;
#[cfg(any(feature = "parquet", feature = "xlsx"))]
mod guard;
mod json_lines;
#[cfg(feature = "numpy")]
mod numpy;
mod problem;
#[cfg(test)]
mod tests;
#[cfg(any(feature = "numpy", feature = "parquet", feature = "xlsx"))]
mod whole;
#[cfg(feature = "xlsx")]
mod xlsx;

use std::collections::HashSet;
use std::path::Path;

pub use problem::TableProblem;

use super::columns::{self, Alone};
use super::reader::{NewInputs, Reader, SourceInfo};
use super::table::{EachRow, RowPlace, RowSource};
use crate::{DataConfig, DataError, Dataset, FilePosition, Fitted};

/// A format of tables.
#[derive(Debug)]
pub(super) struct Format {
    /// The value of `data.source`.
    name: &'static str,
    what: &'static str,
    /// How the names of its files end.
    ends: &'static [&'static str],
    open: fn(&Path) -> Opened,
}

/// What a table is read from.
type Opened = Result<Box<dyn RowSource>, DataError>;

/// The formats.
pub(super) static FORMATS: [Format; 6] = [
    Format {
        name: "json-lines",
        what: "a file with an object a line, whose keys are the columns",
        ends: &["jsonl", "ndjson"],
        open: |path| Ok(Box::new(json_lines::JsonLines::open(path)?)),
    },
    Format {
        name: "npy",
        what: "a NumPy array of rows and columns, or of records",
        ends: &["npy"],
        #[cfg(feature = "numpy")]
        open: |path| Ok(Box::new(numpy::Arrays::open_npy(path)?)),
        #[cfg(not(feature = "numpy"))]
        open: |path| not_built(path, "NumPy", "numpy"),
    },
    Format {
        name: "npz",
        what: "NumPy arrays with as many rows each",
        ends: &["npz"],
        #[cfg(feature = "numpy")]
        open: |path| Ok(Box::new(numpy::Arrays::open_npz(path)?)),
        #[cfg(not(feature = "numpy"))]
        open: |path| not_built(path, "NumPy", "numpy"),
    },
    Format {
        name: "parquet",
        what: "a Parquet file",
        ends: &["parquet", "pq"],
        #[cfg(feature = "parquet")]
        open: |path| Ok(Box::new(arrow::Parquet::open(path)?)),
        #[cfg(not(feature = "parquet"))]
        open: |path| not_built(path, "Parquet", "parquet"),
    },
    Format {
        name: "arrow",
        what: "an Arrow IPC file, also called Feather",
        ends: &["arrow", "feather", "ipc"],
        #[cfg(feature = "parquet")]
        open: |path| Ok(Box::new(arrow::Ipc::open(path)?)),
        #[cfg(not(feature = "parquet"))]
        open: |path| not_built(path, "Arrow", "parquet"),
    },
    Format {
        name: "xlsx",
        what: "the first sheet of an Excel workbook, with a header",
        ends: &["xlsx", "xlsm"],
        #[cfg(feature = "xlsx")]
        open: |path| Ok(Box::new(xlsx::Sheet::open(path)?)),
        #[cfg(not(feature = "xlsx"))]
        open: |path| not_built(path, "Excel", "xlsx"),
    },
];

/// An error: that the file is not there, or that this build does not read it.
#[cfg(not(all(feature = "numpy", feature = "parquet", feature = "xlsx")))]
fn not_built(path: &Path, format: &'static str, feature: &'static str) -> Opened {
    super::files::open(path)?;
    Err(failed::table_error(FilePosition::file(path), TableProblem::NotBuilt { format, feature }))
}

/// The table in a file whose name is that of such a format; `None` for other names.
pub(super) fn open(path: &Path) -> Option<Opened> {
    FORMATS.iter().find(|format| format.is_of(path)).map(|format| format.table(path))
}

/// Reads a table in such a format, of which a column is read for itself; the inputs of the data set are empty. `None` where
/// `config.source` is another format.
pub(super) fn load_beside(config: &DataConfig, alone: Alone<'_>) -> Option<Result<Dataset, DataError>> {
    let format = FORMATS.iter().find(|format| format.name == config.source)?;
    Some(columns::load_beside(config, Some(alone), |path| format.table(path)))
}

impl Format {
    fn is_of(&self, path: &Path) -> bool {
        let end = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        self.ends.iter().any(|known| end.eq_ignore_ascii_case(known))
    }

    /// A table, whose columns have names of their own.
    fn table(&self, path: &Path) -> Opened {
        let table = (self.open)(path)?;
        let mut seen = HashSet::new();
        let twice = table.names().iter().find(|name| !seen.insert(name.as_str())).cloned();
        // The first may be an index.
        let nameless = table.names().iter().skip(1).position(String::is_empty);
        let problem = match (twice, nameless) {
            _ if table.names().is_empty() => {
                TableProblem::NoTable { reason: "there are no columns in it".to_owned() }
            }
            (_, Some(place)) => TableProblem::NoTable { reason: format!("column {} has no name", place + 2) },
            (Some(name), None) => TableProblem::DuplicateName { name },
            (None, None) => return Ok(table),
        };
        Err(failed::table_error(FilePosition::file(path), problem))
    }
}

impl Reader for Format {
    fn info(&self) -> SourceInfo {
        SourceInfo::format(self.name, self.what, columns::SETTINGS)
    }

    fn load(&self, config: &DataConfig) -> Result<Dataset, DataError> {
        columns::load(config, |path| self.table(path))
    }

    fn recognises(&self, path: &Path) -> bool {
        !path.is_dir() && self.is_of(path)
    }

    fn read_inputs(&self, path: &Path, fitted: &Fitted) -> Option<Result<NewInputs, DataError>> {
        let wanted = fitted.columns().filter(|_| self.is_of(path))?;
        let read = |table| columns::read_columns(&table, wanted, fitted.marks()).map(NewInputs::from);
        Some(self.table(path).and_then(read))
    }
}

impl RowSource for Box<dyn RowSource> {
    fn path(&self) -> &Path {
        RowSource::path(&**self)
    }

    fn names(&self) -> &[String] {
        RowSource::names(&**self)
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        (**self).rows(each)
    }

    fn position(&self, place: RowPlace, column: Option<usize>) -> FilePosition {
        RowSource::position(&**self, place, column)
    }
}
