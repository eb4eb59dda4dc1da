//! Positions in text files.

use std::fmt;
use std::path::{Path, PathBuf};

/// A position in a text file, to show the line to the user. Displays as `path:line:column`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FilePosition {
    /// The file.
    pub path: PathBuf,
    /// The line, from 1; 0 when the whole file is meant.
    pub line: usize,
    /// The character in the line where the trouble begins, from 1; `None` when the whole line is meant.
    pub column: Option<usize>,
    /// Number of characters from there on; 0 without a column.
    pub span_len: usize,
}

impl FilePosition {
    /// A file as a whole.
    pub(crate) fn file(path: &Path) -> Self {
        Self { path: path.to_owned(), line: 0, column: None, span_len: 0 }
    }
}

impl fmt::Display for FilePosition {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_display_as_compilers_write_them() {
        let mut position = FilePosition::file(Path::new("a.csv"));
        assert_eq!(position.to_string(), "a.csv");
        position.line = 3;
        assert_eq!(position.to_string(), "a.csv:3");
        position.column = Some(7);
        assert_eq!(position.to_string(), "a.csv:3:7");
    }
}
