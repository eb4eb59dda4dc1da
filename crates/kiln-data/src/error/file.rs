//! Files and folders that cannot be read or are malformed.

use std::path::{Path, PathBuf};

use kiln_core::ErrorKind;
use kiln_core::file::PathKind;

use crate::FilePosition;
use crate::source::csv::CsvProblem;
use crate::source::idx::IdxProblem;
use crate::source::images::ImageProblem;
use crate::source::{SeriesProblem, TableProblem, TextProblem};

/// What is wrong with a file or a folder.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// The path does not exist.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// The path is not a file.
    #[error("{} is {}", path.display(), kind_of(path))]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// The path is not a folder.
    #[error("{} is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// A set that is not bundled is not on this machine.
    #[error("the data set {name} is not here; looked in {}", list(looked))]
    NotInstalled {
        /// The set.
        name: &'static str,
        /// The folders that were searched.
        looked: Vec<PathBuf>,
    },
    /// The operating system refuses to read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
    /// The folder that the settings name for caches cannot be made.
    #[error("cannot keep a cache in {}: {error}", path.display())]
    Cache {
        /// The folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
    /// The contents do not fit in memory.
    #[error("{} needs {bytes} bytes of memory, which this machine does not have", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// The memory that was asked for.
        bytes: u64,
    },
    /// The file changed between its two readings.
    #[error("{} changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Every item has the same class.
    #[error("{}: every item is of the class {class:?}, so there is nothing to tell apart", path.display())]
    OneClass {
        /// The file or folder.
        path: PathBuf,
        /// The class.
        class: String,
    },
    /// Fewer than two labels.
    #[error("{}: labels must be two or more, but there are only {labels:?}", path.display())]
    OneLabel {
        /// The file.
        path: PathBuf,
        /// The labels.
        labels: Vec<String>,
    },
    /// A label is there or not.
    #[error("{}: row {row} of column {column:?} is {value}, and a label is 0 or 1", path.display())]
    NotALabel {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The row, from 1 below the header.
        row: usize,
        /// What stands there.
        value: f64,
    },
    /// No reader makes inputs of the model's form.
    #[error("{}: the model was trained with {wanted}, which no reader makes of files", path.display())]
    NoReader {
        /// The file or folder.
        path: PathBuf,
        /// What the inputs of the model are: `token sequences`.
        wanted: &'static str,
    },
    /// A table where the model takes images, or the other way round.
    #[error("{} is {found}, but the model takes {expected}", path.display())]
    WrongForm {
        /// The file or folder.
        path: PathBuf,
        /// What it is: `a table`, `a folder`.
        found: &'static str,
        /// What the model takes: `images of 1 x 8 x 8`.
        expected: String,
        /// The columns that the model takes, if it takes a table.
        columns: Vec<String>,
    },
    /// Nothing to compare predictions with.
    #[error("{} has no target to compare the predictions with", path.display())]
    NoTarget {
        /// The file.
        path: PathBuf,
    },
    /// An item of a class that the model does not know.
    #[error("{}: {}the class {class:?} is none that the model was trained with", path.display(), of_row(*row))]
    UnknownClass {
        /// The file or folder.
        path: PathBuf,
        /// The row of a table, from 1.
        row: Option<usize>,
        /// The class.
        class: String,
        /// The class of the model that is most like it.
        nearest: Option<String>,
    },
    /// A CSV file is wrong at a place.
    #[error("{position}: {problem}")]
    Csv {
        /// Where.
        position: FilePosition,
        /// What.
        problem: Box<CsvProblem>,
    },
    /// A table in a format that has types, or of JSON lines, is wrong.
    #[error("{position}: {problem}")]
    Table {
        /// Where.
        position: FilePosition,
        /// What.
        problem: Box<TableProblem>,
    },
    /// An IDX file is wrong.
    #[error("{}: {problem}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What.
        problem: Box<IdxProblem>,
    },
    /// A text, or a folder of texts, is wrong.
    #[error("{}: {problem}", path.display())]
    Text {
        /// The file or folder.
        path: PathBuf,
        /// What.
        problem: TextProblem,
    },
    /// A file of time series is wrong.
    #[error("{position}: {problem}")]
    Series {
        /// Where.
        position: FilePosition,
        /// What.
        problem: Box<SeriesProblem>,
    },
    /// An image, or a folder of images, is wrong.
    #[error("{}: {problem}", path.display())]
    Image {
        /// The file or folder.
        path: PathBuf,
        /// What.
        problem: Box<ImageProblem>,
    },
}

impl FileError {
    pub(super) fn read(path: &Path, error: std::io::Error) -> Self {
        use std::io::ErrorKind::{InvalidFilename, IsADirectory, NotADirectory, NotFound};
        match error.kind() {
            NotFound | InvalidFilename => Self::NotFound { path: path.to_owned() },
            NotADirectory => Self::NotAFolder { path: path.to_owned() },
            IsADirectory => Self::NotAFile { path: path.to_owned() },
            _ => Self::Read { path: path.to_owned(), error },
        }
    }

    pub(super) fn kind(&self) -> ErrorKind {
        if let Self::Read { .. } | Self::Cache { .. } = self { ErrorKind::Io } else { ErrorKind::Data }
    }

    /// What to do.
    pub(super) fn help(&self) -> Option<String> {
        Some(match self {
            Self::NotFound { .. } => "check the path (data.path, or --data)".to_owned(),
            Self::NotAFile { path } if is_pipe(path) => {
                "data are read more than once, and a pipe is not: write it to a file first, as in `cat PIPE > data.csv`"
                    .to_owned()
            }
            Self::NotAFile { .. } => "give the path of a file".to_owned(),
            Self::NotAFolder { .. } => "give the path of a folder".to_owned(),
            Self::NotInstalled { name, .. } => format!("apt-get install dataset-{name}, or set --data"),
            Self::Cache { .. } => {
                "set data.cache to a folder that can be written to, or data.cache_limit = 0".to_owned()
            }
            Self::TooLarge { .. } => "use fewer or smaller items".to_owned(),
            Self::Changed { .. } => "start again once nothing writes to it".to_owned(),
            Self::OneClass { .. } => "add items of another class, or check data.target".to_owned(),
            Self::OneLabel { .. } => {
                "name several columns of 0 and 1 in data.target, or one with | between labels".to_owned()
            }
            Self::NotALabel { .. } => "correct the cell, or set data.task to \"regression\"".to_owned(),
            Self::WrongForm { columns, .. } if columns.is_empty() => {
                "give an image, a folder of images or a file of IDX images".to_owned()
            }
            Self::WrongForm { columns, .. } => format!("give a table with the columns {}", few(columns)),
            Self::NoTarget { .. } => {
                "`kiln predict` needs none; to measure, give a file that has the column of data.target"
                    .to_owned()
            }
            Self::UnknownClass { nearest: Some(nearest), .. } => format!("is it {nearest:?}?"),
            Self::UnknownClass { .. } => "leave such items out, or train with them".to_owned(),
            Self::Csv { problem, .. } => return problem.help(),
            Self::Table { problem, .. } => return problem.help(),
            Self::Idx { problem, .. } => return problem.help(),
            Self::Image { problem, .. } => return problem.help(),
            Self::Text { problem, .. } => problem.help(),
            Self::Series { problem, .. } => problem.help(),
            Self::Read { .. } | Self::NoReader { .. } => return None,
        })
    }
}

fn of_row(row: Option<usize>) -> String {
    row.map_or_else(String::new, |row| format!("row {row}: "))
}

/// Names in words, not too many of them.
fn few(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown: Vec<String> = names.iter().take(MOST).map(|name| format!("{name:?}")).collect();
    let rest = names.len().saturating_sub(MOST);
    let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!("{}{rest}", shown.join(", "))
}

/// Paths in words: `a`, `a, b`.
fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

fn is_pipe(path: &Path) -> bool {
    matches!(PathKind::of(path), Ok(PathKind::Pipe))
}

fn kind_of(path: &Path) -> &'static str {
    if is_pipe(path) { "a pipe, not a file" } else { "not a regular file" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operating_system_errors_keep_their_kinds_apart() {
        use std::io::{Error, ErrorKind as Io};
        let kind = |io| FileError::read(Path::new("a.csv"), Error::from(io)).kind();
        assert_eq!(kind(Io::NotFound), ErrorKind::Data);
        assert_eq!(kind(Io::PermissionDenied), ErrorKind::Io);
        // A name that no file can have, a disk that fails, no descriptor left.
        let number = |number| FileError::read(Path::new("a.csv"), Error::from_raw_os_error(number)).kind();
        if cfg!(target_os = "linux") {
            assert_eq!([number(36), number(5), number(24)], [ErrorKind::Data, ErrorKind::Io, ErrorKind::Io]);
        }
    }
}
