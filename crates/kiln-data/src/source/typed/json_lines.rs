//! JSON lines: one object a line, whose keys are the columns.
//!
//! The columns are the keys of all lines, in the order in which they appear. A key that a line lacks is a missing cell, and so is
//! `null`. Blank lines are skipped.

use std::collections::HashSet;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::failed::table_error;
use super::problem::TableProblem;
use crate::source::files::open;
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::{CellValue, DataError, FilePosition};

/// The most bytes of a line.
const MAX_LINE: usize = 1 << 22;
/// The most columns, as in CSV.
const MAX_COLUMNS: usize = 1 << 16;
/// Whole numbers beyond this are not exact as f64.
const EXACT: u64 = 1 << 53;

/// A file of JSON lines whose keys are known.
#[derive(Debug)]
pub(super) struct JsonLines {
    path: PathBuf,
    names: Vec<String>,
}

impl JsonLines {
    /// Reads the file once, for its keys.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let mut names: Vec<String> = Vec::new();
        let mut known = HashSet::new();
        let mut lines = Lines::open(path)?;
        while let Some((_, object)) = lines.next()? {
            for key in object.keys() {
                if known.insert(key.clone()) {
                    names.push(key.clone());
                }
            }
            if names.len() > MAX_COLUMNS {
                return Err(lines.error(TableProblem::TooManyColumns { limit: MAX_COLUMNS }));
            }
        }
        Ok(Self { path: path.to_owned(), names })
    }
}

impl RowSource for JsonLines {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        let mut lines = Lines::open(&self.path)?;
        // Numbers that are not exact as f64 become texts, which live as long as their row.
        while let Some((place, object)) = lines.next()? {
            let mut texts = Vec::new();
            for (name, value) in &object {
                match value {
                    Value::Number(number) if beyond_f64(number) => {
                        texts.push((name.as_str(), number.to_string()))
                    }
                    Value::Array(_) | Value::Object(_) => {
                        return Err(lines.error(TableProblem::Nested { column: name.clone() }));
                    }
                    _ => {}
                }
            }
            let text_of =
                |name: &str| texts.iter().find(|(of, _)| *of == name).map(|(_, text)| text.as_str());
            let cells: Vec<CellValue<'_>> = self
                .names
                .iter()
                .map(|name| match object.get(name) {
                    Some(Value::Bool(true)) => CellValue::Text("true"),
                    Some(Value::Bool(false)) => CellValue::Text("false"),
                    Some(Value::String(text)) => CellValue::Text(text),
                    Some(Value::Number(number)) => match text_of(name) {
                        Some(text) => CellValue::Text(text),
                        None => CellValue::Number(number.as_f64().unwrap_or(f64::NAN)),
                    },
                    _ => CellValue::Missing,
                })
                .collect();
            // Keys that were not there before are columns that nobody has looked at.
            if object.len() > self.names.len() {
                return Err(crate::FileError::Changed { path: self.path.clone() }.into());
            }
            each(place, &cells)?;
        }
        Ok(())
    }

    fn position(&self, place: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition { line: place.line, ..FilePosition::file(&self.path) }
    }
}

/// Whether a whole number is not exact as f64.
fn beyond_f64(number: &serde_json::Number) -> bool {
    match (number.as_u64(), number.as_i64()) {
        (Some(number), _) => number > EXACT,
        (None, Some(number)) => number.unsigned_abs() > EXACT,
        (None, None) => false,
    }
}

/// An object and its place.
type Line = (RowPlace, Map<String, Value>);

/// The objects of a file.
struct Lines<'a> {
    path: &'a Path,
    input: BufReader<File>,
    place: RowPlace,
    line: Vec<u8>,
}

impl<'a> Lines<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let input = BufReader::with_capacity(1 << 16, open(path)?.0);
        Ok(Self { path, input, place: RowPlace::default(), line: Vec::new() })
    }

    /// The next line that is not blank.
    fn next(&mut self) -> Result<Option<Line>, DataError> {
        loop {
            self.line.clear();
            let mut limited = self.input.by_ref().take(MAX_LINE as u64 + 1);
            let read = limited
                .read_until(b'\n', &mut self.line)
                .map_err(|error| DataError::read(self.path, error))?;
            if read == 0 {
                return Ok(None);
            }
            self.place.line += 1;
            if self.line.len() > MAX_LINE {
                return Err(self.error(TableProblem::LongLine { limit: MAX_LINE }));
            }
            let line = match self.place.line {
                1 => self.line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&self.line),
                _ => &self.line,
            };
            // Also without the end of the line, which the parser would count.
            let line = line.trim_ascii();
            if line.is_empty() {
                continue;
            }
            self.place.row += 1;
            return match serde_json::from_slice(line) {
                Ok(object) => Ok(Some((self.place, object))),
                Err(error) => Err(self.error(TableProblem::NotAnObject { reason: reason(&error) })),
            };
        }
    }

    /// An error about the line at hand.
    fn error(&self, problem: TableProblem) -> DataError {
        table_error(FilePosition { line: self.place.line, ..FilePosition::file(self.path) }, problem)
    }
}

/// What the parser says, without the line of its own counting, which is always the first.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rsplit_once(" at line 1 column ") {
        Some((reason, column)) => format!("{reason} at character {column}"),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let tell = |error: DataError| error.to_string().rsplit('/').next().unwrap_or_default().to_owned();
        let source = JsonLines::open(file.path()).map_err(tell)?;
        let mut rows = Vec::new();
        let mut each = |place: RowPlace, cells: &[CellValue<'_>]| {
            rows.push(format!("{}:{} {cells:?}", place.row, place.line));
            Ok(())
        };
        source.rows(&mut each).map_err(tell)?;
        Ok((source.names().to_vec(), rows))
    }

    #[test]
    fn keys_are_columns_and_what_a_line_lacks_is_missing() {
        let text =
            "\u{feff}{\"a\":1.5,\"b\":\"x\"}\n\n{\"c\":true,\"a\":null}\r\n{\"a\":9007199254740993,\"b\":-2}";
        let (names, rows) = read(text).unwrap();
        assert_eq!(names, ["a", "b", "c"]);
        assert_eq!(
            rows,
            [
                "1:1 [Number(1.5), Text(\"x\"), Missing]",
                "2:3 [Missing, Missing, Text(\"true\")]",
                "3:4 [Text(\"9007199254740993\"), Number(-2.0), Missing]",
            ]
        );
    }

    #[test]
    fn what_is_no_object_is_named_with_its_line() {
        for (text, piece) in [
            ("{\"a\":1}\n[1]\n", ":2: not a JSON object"),
            ("{\"a\":1}\n{\"a\":\n", ":2: not a JSON object: EOF while parsing a value at character"),
            ("{\"a\":1}\n{\"a\":[1]}\n", ":2: column \"a\" holds a list or an object"),
            ("{\"a\":1}\n{\"a\":1}{\"a\":2}\n", ":2: not a JSON object: trailing characters"),
            ("\u{1}\u{2}", ":1: not a JSON object"),
        ] {
            let error = read(text).unwrap_err();
            assert!(error.contains(piece), "{text:?}: {error}");
        }
        let deep = format!("{{\"a\":{}", "[".repeat(100_000));
        assert!(read(&deep).unwrap_err().contains("recursion limit"));
        let long = format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_LINE));
        assert!(read(&long).unwrap_err().contains(":1: the line is longer than"));
    }
}
