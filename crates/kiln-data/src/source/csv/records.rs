//! Rows of a CSV file, one at a time, in bounded memory.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::locate::locate;
use super::problem::CsvProblem;
use super::record::Record;
use crate::source::files::open;
use crate::{DataError, FileError, FilePosition};

/// The most columns: one-hot columns and weights beyond that are not meant.
pub(crate) const MAX_COLUMNS: usize = 1 << 16;
/// The most bytes of a row. Only a quote that never closes makes longer ones.
pub(crate) const MAX_ROW: usize = 1 << 22;
/// Of the first line, this much is looked at to find the delimiter.
const BUFFER: usize = 1 << 16;

/// Reads rows. [`csv_core`] does the parsing; it writes into buffers of ours, which is what bounds the memory.
pub(crate) struct Records<R> {
    pub(crate) path: PathBuf,
    pub(crate) delimiter: u8,
    input: BufReader<R>,
    core: csv_core::Reader,
    cells: Vec<u8>,
    ends: Vec<usize>,
    /// The line that comes next.
    line: usize,
    /// Rows read so far, the header included.
    rows: usize,
}

impl Records<File> {
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        Self::new(path, open(path)?.0)
    }
}

impl<R: Read> Records<R> {
    /// Reads `input`, which errors call `path`. The delimiter is told by the first line.
    pub(crate) fn new(path: &Path, input: R) -> Result<Self, DataError> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        let start = input.fill_buf().map_err(|error| DataError::read(path, error))?;
        let delimiter = delimiter(start);
        Ok(Self {
            path: path.to_owned(),
            delimiter,
            input,
            core: ReaderBuilder::new().delimiter(delimiter).build(),
            cells: vec![0; 1 << 12],
            ends: vec![0; 1 << 6],
            line: 1,
            rows: 0,
        })
    }

    /// The next row that is not blank; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Record<'_>>, DataError> {
        if self.skip_blank_lines()? {
            return Ok(None);
        }
        let first_line = self.line;
        let (mut cells, mut ends, mut at_end) = (0, 0, 0);
        loop {
            let input = self.input.fill_buf().map_err(|error| DataError::read(&self.path, error))?;
            // At the end a line feed is put in, which ends an unquoted row and only that: if the parser still has
            // a row in hand when it is then told the end, a quote is open.
            let (given, real) = match (input.is_empty(), at_end) {
                (false, _) => (input, true),
                (true, 0) => (b"\n".as_slice(), false),
                (true, _) => (b"".as_slice(), false),
            };
            let (result, read, wrote, ended) =
                self.core.read_record(given, &mut self.cells[cells..], &mut self.ends[ends..]);
            cells += wrote;
            ends += ended;
            if real {
                self.line += input[..read].iter().filter(|&&byte| byte == b'\n').count();
                self.input.consume(read);
            }
            let limit = match result {
                ReadRecordResult::Record if at_end > 0 => Some(CsvProblem::OpenQuote),
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(None),
                ReadRecordResult::InputEmpty => {
                    at_end += usize::from(!real);
                    None
                }
                ReadRecordResult::OutputFull => {
                    grow(&mut self.cells, MAX_ROW).then_some(CsvProblem::LongRow { limit: MAX_ROW })
                }
                ReadRecordResult::OutputEndsFull => grow(&mut self.ends, MAX_COLUMNS)
                    .then_some(CsvProblem::TooManyColumns { limit: MAX_COLUMNS }),
            };
            if let Some(problem) = limit {
                return Err(self.at_line(first_line, problem));
            }
        }
        self.rows += 1;
        Ok(Some(Record {
            cells: &self.cells[..cells],
            ends: &self.ends[..ends],
            line: first_line,
            // The line feed at the end of the row may have been read, or not yet (after a carriage return).
            last_line: first_line + self.cells[..cells].iter().filter(|&&byte| byte == b'\n').count(),
            row: self.rows - 1,
        }))
    }

    /// The names of the columns: each there, and each once.
    pub(crate) fn header(&mut self) -> Result<Vec<String>, DataError> {
        let (path, delimiter) = (self.path.clone(), self.delimiter);
        let Some(record) = self.next()? else {
            return Err(csv_error(FilePosition::file(&path), CsvProblem::Empty));
        };
        super::header::names(&record)
            .map_err(|(column, problem)| csv_error(locate(&path, delimiter, record.line, column), problem))
    }

    /// An error about a whole line.
    pub(crate) fn at_line(&self, line: usize, problem: CsvProblem) -> DataError {
        csv_error(FilePosition { line, ..FilePosition::file(&self.path) }, problem)
    }

    /// Whether that was the end of the file.
    fn skip_blank_lines(&mut self) -> Result<bool, DataError> {
        loop {
            let input = self.input.fill_buf().map_err(|error| DataError::read(&self.path, error))?;
            if input.is_empty() {
                return Ok(true);
            }
            let blank = input.iter().take_while(|&&byte| matches!(byte, b'\r' | b'\n')).count();
            self.line += input[..blank].iter().filter(|&&byte| byte == b'\n').count();
            let all = blank == input.len();
            self.input.consume(blank);
            if !all {
                return Ok(false);
            }
        }
    }
}

pub(crate) fn csv_error(position: FilePosition, problem: CsvProblem) -> DataError {
    FileError::Csv { position, problem: Box::new(problem) }.into()
}

/// Doubles a buffer up to `limit`; true when it is there already.
fn grow<T: Clone + Default>(buffer: &mut Vec<T>, limit: usize) -> bool {
    let full = buffer.len() >= limit;
    if !full {
        buffer.resize((buffer.len() * 2).min(limit), T::default());
    }
    full
}

/// The one of comma, semicolon and tab that is most frequent outside quotes in the first line; comma when none is.
fn delimiter(start: &[u8]) -> u8 {
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    let mut quoted = false;
    for &byte in start.iter().skip_while(|&&byte| matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            _ if quoted => {}
            _ => counts.iter_mut().filter(|(d, _)| *d == byte).for_each(|(_, count)| *count += 1),
        }
    }
    // `max_by_key` takes the last of equals; the comma is to win.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(delimiter, _)| *delimiter)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Line, last line and cells of every row.
    fn rows(text: &[u8]) -> Result<Vec<(usize, usize, Vec<String>)>, DataError> {
        let mut records = Records::new(Path::new("t.csv"), text)?;
        let mut rows = Vec::new();
        while let Some(record) = records.next()? {
            let cells = (0..record.len()).map(|i| record.text(i).unwrap_or("?").to_owned()).collect();
            rows.push((record.line, record.last_line, cells));
        }
        Ok(rows)
    }

    #[test]
    fn lines_are_counted_over_blank_lines_carriage_returns_and_quoted_line_feeds() {
        for text in
            ["a,b\n\n1,\"x\ny\"\n2,z\n", "a,b\r\n\r\n1,\"x\ny\"\r\n2,z", "\u{feff}a,b\n\n1,\"x\ny\"\n2, z "]
        {
            let rows = rows(text.as_bytes()).unwrap();
            let lines: Vec<_> = rows.iter().map(|(first, last, _)| (*first, *last)).collect();
            assert_eq!(lines, [(1, 1), (3, 4), (5, 5)], "{text:?}");
            assert_eq!(rows[0].2, ["a", "b"]);
            assert_eq!(rows[1].2, ["1", "x\ny"]);
            assert_eq!(rows[2].2, ["2", "z"]);
        }
    }

    #[test]
    fn the_delimiter_is_the_most_frequent_outside_quotes() {
        for (text, expected) in [
            ("a,b;c,d", b','),
            ("a;b;c", b';'),
            ("a\tb", b'\t'),
            ("\"a,b,c\";d", b';'),
            ("a", b','),
            ("a,b;c", b','),
        ] {
            assert_eq!(delimiter(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn an_open_quote_is_found_even_where_the_number_of_cells_is_right() {
        let error = rows(b"a,b\n1,\"x\n2,y\n").unwrap_err();
        assert_eq!(error.to_string(), "t.csv:2: a quoted cell that begins in this row never ends");
        assert!(rows(b"a,b\n1,\"x\"").is_ok() && rows(b"a,b\n1,").is_ok());
    }

    #[test]
    fn buffers_have_an_end() {
        let mut long = b"a\n\"".to_vec();
        long.resize(MAX_ROW + 100, b'x');
        assert!(rows(&long).unwrap_err().to_string().contains("longer than"));
        let wide = vec![b','; MAX_COLUMNS + 1];
        assert!(rows(&wide).unwrap_err().to_string().contains("more than 65536 columns"));
    }
}
