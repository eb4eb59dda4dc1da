//! Everything that can be wrong with data.

use std::fmt;
use std::path::{Path, PathBuf};

use kiln_core::{ErrorKind, Explain};

use crate::source::csv::CsvProblem;
use crate::source::idx::IdxProblem;
use crate::source::images::ImageProblem;

/// Why data cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// `data.source` is neither a set nor a format.
    #[error("there is no data source {name:?}")]
    UnknownSource {
        /// What was asked for.
        name: String,
        /// The known name that is most like it.
        nearest: Option<String>,
    },
    /// The format is read from a path, and none was given.
    #[error("the data source {name} needs a path")]
    PathNeeded {
        /// The format.
        name: String,
    },
    /// A setting that this source has no use for.
    #[error("{setting} means nothing for the data source {name}")]
    Unused {
        /// The setting, as `data.path`.
        setting: &'static str,
        /// The source.
        name: String,
    },
    /// `data.target` or `data.ignore` names a column that the file lacks.
    #[error("{setting} names the column {name:?}, which {} does not have", path.display())]
    UnknownColumn {
        /// The setting, as `data.target`.
        setting: &'static str,
        /// The name in the setting.
        name: String,
        /// The file.
        path: PathBuf,
        /// The column that is most like it.
        nearest: Option<String>,
    },
    /// A column is to be predicted and left out.
    #[error("the column {name:?} is in data.target and in data.ignore")]
    TargetIgnored {
        /// The name of the column.
        name: String,
    },
    /// Several target columns, and classes asked for.
    #[error("data.target names {targets} columns; only regression predicts several")]
    SeveralClassTargets {
        /// Number of target columns.
        targets: usize,
    },
    /// There is nothing at the path.
    #[error("{} does not exist", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// A file is needed.
    #[error("{} is not a regular file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
    },
    /// A folder is needed.
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
    /// The operating system does not let us read.
    #[error("cannot read {}: {error}", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system says.
        #[source]
        error: std::io::Error,
    },
    /// The contents do not fit in memory.
    #[error("{} needs {bytes} bytes of memory, which are not to be had", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// The memory that was asked for.
        bytes: u64,
    },
    /// Somebody wrote to the file between its two readings.
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
    /// A CSV file is wrong at a place.
    #[error("{place}: {problem}")]
    Csv {
        /// Where.
        place: Place,
        /// What.
        problem: Box<CsvProblem>,
    },
    /// An IDX file is wrong.
    #[error("{}: {problem}", path.display())]
    Idx {
        /// The file.
        path: PathBuf,
        /// What.
        problem: Box<IdxProblem>,
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

/// A place in a text file, to show the line to the user. Displays as `path:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// The character in the line where the trouble begins, from 1; `None` when the whole line is meant.
    pub column: Option<usize>,
    /// Number of characters from there on; 0 without a column.
    pub span_len: usize,
}

impl Place {
    /// A file as a whole.
    pub(crate) fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), line: 0, column: None, span_len: 0 }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
        }
        match self.column {
            Some(column) => write!(f, ":{column}"),
            None => Ok(()),
        }
    }
}

impl DataError {
    /// The place in a text file that the error is about, where there is one.
    pub fn place(&self) -> Option<Place> {
        match self {
            Self::Csv { place, .. } if place.line > 0 => Some(place.clone()),
            _ => None,
        }
    }

    /// What the operating system said about `path`.
    pub(crate) fn read(path: &Path, error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::NotFound { path: path.to_owned() },
            std::io::ErrorKind::NotADirectory => Self::NotAFolder { path: path.to_owned() },
            std::io::ErrorKind::IsADirectory => Self::NotAFile { path: path.to_owned() },
            _ => Self::Read { path: path.to_owned(), error },
        }
    }

    pub(crate) fn idx(path: &Path, problem: IdxProblem) -> Self {
        Self::Idx { path: path.to_owned(), problem: Box::new(problem) }
    }

    pub(crate) fn image(path: &Path, problem: ImageProblem) -> Self {
        Self::Image { path: path.to_owned(), problem: Box::new(problem) }
    }
}

impl Explain for DataError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownSource { .. }
            | Self::PathNeeded { .. }
            | Self::Unused { .. }
            | Self::UnknownColumn { .. }
            | Self::TargetIgnored { .. }
            | Self::SeveralClassTargets { .. } => ErrorKind::Usage,
            Self::Read { .. } => ErrorKind::Io,
            _ => ErrorKind::Data,
        }
    }

    fn help(&self) -> Option<String> {
        Some(match self {
            Self::UnknownSource { nearest: Some(nearest), .. } => {
                format!("did you mean {nearest:?}? `kiln data list` shows every source")
            }
            Self::UnknownSource { .. } => "use one of the sources that `kiln data list` shows".to_owned(),
            Self::PathNeeded { .. } => "set data.path, or give --data PATH".to_owned(),
            Self::Unused { setting, .. } => format!("leave {setting} out, or choose another data.source"),
            Self::UnknownColumn { nearest: Some(nearest), .. } => format!("did you mean {nearest:?}?"),
            Self::UnknownColumn { setting, .. } => format!("set {setting} to names from the first line"),
            Self::TargetIgnored { .. } => "take it out of one of the two".to_owned(),
            Self::SeveralClassTargets { .. } => {
                "set data.task to \"regression\", or name one target column".to_owned()
            }
            Self::NotFound { .. } => "check the path (data.path, or --data)".to_owned(),
            Self::NotAFile { .. } => "give the path of a file".to_owned(),
            Self::NotAFolder { .. } => "give the path of a folder".to_owned(),
            Self::NotInstalled { name, .. } => format!("apt-get install dataset-{name}, or set --data"),
            Self::TooLarge { .. } => "use fewer or smaller items".to_owned(),
            Self::Changed { .. } => "start again once nothing writes to it".to_owned(),
            Self::OneClass { .. } => "add items of another class, or check data.target".to_owned(),
            Self::Csv { problem, .. } => return problem.help(),
            Self::Idx { problem, .. } => return problem.help(),
            Self::Image { problem, .. } => return problem.help(),
            _ => return None,
        })
    }
}

/// Paths in words: `a`, `a, b`.
fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
}

/// The candidate that is most like `name`, when one is alike enough to be a typing error.
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let lower = name.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness >= 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_is_recognised_and_a_stranger_is_not() {
        let names = ["iris", "digits", "breast-cancer"];
        assert_eq!(nearest("digit", names).as_deref(), Some("digits"));
        assert_eq!(nearest("Iris", names).as_deref(), Some("iris"));
        assert_eq!(nearest("brest_cancer", names).as_deref(), Some("breast-cancer"));
        assert_eq!(nearest("zzz", names), None);
    }

    #[test]
    fn operating_system_errors_keep_their_kinds_apart() {
        use std::io::{Error, ErrorKind as Io};
        let kind = |io| DataError::read(Path::new("a.csv"), Error::from(io)).kind();
        assert_eq!(kind(Io::NotFound), ErrorKind::Data);
        assert_eq!(kind(Io::PermissionDenied), ErrorKind::Io);
    }

    #[test]
    fn places_display_as_compilers_write_them() {
        let mut place = Place::file(Path::new("a.csv"));
        assert_eq!(place.to_string(), "a.csv");
        place.line = 3;
        assert_eq!(place.to_string(), "a.csv:3");
        place.column = Some(7);
        assert_eq!(place.to_string(), "a.csv:3:7");
    }
}
