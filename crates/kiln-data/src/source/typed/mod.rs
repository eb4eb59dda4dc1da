//! Tables in formats that have types, and JSON lines. Each is a [`RowSource`] and an entry of [`FORMATS`]; what the columns are is
//! found out as for CSV.

mod failed;
mod json_lines;
mod numpy;
mod problem;
#[cfg(test)]
mod tests;
mod zip;

use std::collections::HashSet;
use std::path::Path;

pub use problem::TableProblem;

use super::columns;
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
pub(super) static FORMATS: [Format; 3] = [
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
        open: |path| Ok(Box::new(numpy::Arrays::open_npy(path)?)),
    },
    Format {
        name: "npz",
        what: "NumPy arrays with as many rows each",
        ends: &["npz"],
        open: |path| Ok(Box::new(numpy::Arrays::open_npz(path)?)),
    },
];

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
        match twice {
            Some(name) => {
                let problem = TableProblem::DuplicateName { name };
                Err(failed::table_error(FilePosition::file(path), problem))
            }
            None => Ok(table),
        }
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

    fn read_inputs(
        &self,
        path: &Path,
        _: &DataConfig,
        fitted: &Fitted,
    ) -> Option<Result<NewInputs, DataError>> {
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
