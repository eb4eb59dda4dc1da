//! A CSV file: how it is written, and its rows.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use memchr::memchr;

use super::blocks::{Blocks, Fault, MAX_ROW};
use super::dialect::{Delimiter, Dialect};
use super::encoding::{Encoding, Utf8Evidence};
use super::header;
use super::locate::locate;
use super::packing::Packing;
use super::parallel::in_order;
use super::problem::CsvProblem;
use super::reader::Reader;
use super::sniff::{Start, commented_names, sniff};
use super::split::{line_ends, split};
use super::text::{Text, is_windows_1252};
use crate::cell::Decimal;
use crate::source::table::{Assumed, RowPlace, Scan, TableFile, csv_error};
use crate::{DataError, FileError, FilePosition};

/// The most columns: one-hot columns and weights beyond that are not meant.
pub(crate) const MAX_COLUMNS: usize = 1 << 16;
/// Of a file, this much is looked at to find out how it is written, and more where the header is longer.
const SAMPLE: usize = 1 << 16;

/// A CSV file with a header.
#[derive(Debug)]
pub(crate) struct CsvFile {
    path: PathBuf,
    names: Vec<String>,
    dialect: Dialect,
    packing: Packing,
    /// That of a file of ASCII letters may turn out later.
    encoding: Cell<Encoding>,
    /// What comes before the rows.
    head: Vec<u8>,
    /// Where the first row is.
    first: RowPlace,
    /// Comment lines among the rows, once these were read.
    comments: Cell<usize>,
    /// What settings say of decimals.
    decimal: Option<Decimal>,
}

impl CsvFile {
    /// Looks at the beginning of a file.
    ///
    /// # Errors
    /// What cannot be read or has no header that names columns.
    pub(crate) fn open(path: &Path) -> Result<Self, DataError> {
        let mut text = Text::open(path, Encoding::Utf8)?;
        let mut sample = Vec::new();
        let mut has_more = text.read(&mut sample, SAMPLE)?;
        let mut evidence = Utf8Evidence::default();
        evidence.add(&sample);
        // A few letters of the beginning are not enough to call the whole file so.
        if text.encoding == Encoding::Utf8 && evidence.is_windows_1252() && is_windows_1252(path)? {
            text = Text::open(path, Encoding::Windows1252)?;
            sample.clear();
            has_more = text.read(&mut sample, SAMPLE)?;
        }
        if let Some(zero) = memchr(0, &sample) {
            let position = FilePosition { line: line_ends(&sample[..zero]) + 1, ..FilePosition::file(path) };
            return Err(csv_error(position, CsvProblem::NotText));
        }
        let start = loop {
            match sniff(&sample, !has_more) {
                Some(start) => break start,
                None if !has_more => return Err(no_header(path, &sample)),
                None if sample.len() > MAX_ROW => {
                    let position = FilePosition { line: 1, ..FilePosition::file(path) };
                    return Err(csv_error(position, CsvProblem::LongRow { limit: MAX_ROW }));
                }
                None => {
                    let wanted = 2 * sample.len();
                    has_more = text.read(&mut sample, wanted)?;
                }
            }
        };
        let names = names(path, text.encoding, &sample, &start)?;
        let end = start.header.end as usize;
        let end = end + line_end_length(&sample[end..]);
        let line = line_ends(&sample[..end]) + usize::from(end == start.header.end as usize);
        sample.truncate(end);
        Ok(Self {
            path: path.to_owned(),
            names,
            dialect: start.dialect,
            packing: text.packing,
            encoding: Cell::new(text.encoding),
            head: sample,
            first: RowPlace { row: 1, line: line + 1 },
            comments: Cell::new(0),
            decimal: None,
        })
    }

    /// The same, with what decimals begin with where cells do not tell.
    pub(crate) fn with_decimal(self, decimal: Option<Decimal>) -> Self {
        Self { decimal, ..self }
    }

    /// What of the way the file is written is not plain: what stands between cells, the encoding, the compression, comments among
    /// the rows once these were read. Nothing for a file in UTF-8 with commas.
    pub(crate) fn dialect(&self) -> Vec<String> {
        let mut words = Vec::new();
        if self.dialect.delimiter != Delimiter::Byte(b',') {
            words.push(format!("cells between {}", self.dialect.delimiter.words()));
        }
        if self.encoding.get() != Encoding::Utf8 {
            words.push(self.encoding.get().name().to_owned());
        }
        if self.packing != Packing::Plain {
            words.push(self.packing.name().to_owned());
        }
        match self.comments.get() {
            0 => {}
            1 => words.push("1 comment line among the rows".to_owned()),
            comments => words.push(format!("{comments} comment lines among the rows")),
        }
        words
    }

    fn blocks(&self) -> Result<Blocks, DataError> {
        let mut text = Text::open(&self.path, self.encoding.get())?;
        let mut head = Vec::new();
        text.read(&mut head, self.head.len())?;
        if !head.starts_with(&self.head) {
            return Err(FileError::Changed { path: self.path.clone() }.into());
        }
        let start = head.split_off(self.head.len());
        Ok(Blocks::new(text, self.dialect, start, self.first))
    }
}

impl TableFile for CsvFile {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn scan<S: Scan>(
        &self,
        begin: impl Fn() -> S + Sync,
        mut part: impl FnMut(S::Part) -> Result<(), DataError>,
    ) -> Result<Vec<S>, DataError> {
        let mut blocks = self.blocks()?;
        let (dialect, names) = (self.dialect, self.names.as_slice());
        let scans = in_order(
            rayon::current_num_threads(),
            || blocks.next(),
            || (begin(), Reader::new(dialect, names)),
            |(scan, reader), block| reader.read(&block, scan).map_err(Fault::Row),
            |of_block| part(of_block).map_err(Fault::Data),
        );
        self.comments.set(blocks.comments);
        match scans {
            Ok(scans) => Ok(scans.into_iter().map(|(scan, _)| scan).collect()),
            Err(Fault::Data(error)) => Err(error),
            Err(Fault::Row(wrong)) => Err(self.wrong(wrong)),
        }
    }

    fn position(&self, place: RowPlace, column: Option<usize>) -> FilePosition {
        locate(&self.path, self.encoding.get(), &self.dialect, place.line, column)
    }

    /// Semicolons stand between cells where commas are in numbers.
    fn decimal(&self) -> Assumed {
        let is_semicolon = self.dialect.delimiter == Delimiter::Byte(b';');
        let usual = Assumed::usual(if is_semicolon { Decimal::Comma } else { Decimal::Point });
        self.decimal.map_or(usual, Assumed::asked)
    }

    fn written(&self) -> Vec<String> {
        self.dialect()
    }

    /// A file whose beginning is ASCII, and where letters come that are no UTF-8, is read in Windows-1252.
    fn settle(&self, error: DataError) -> Result<(), DataError> {
        let is_encoding = matches!(&error, DataError::File(FileError::Csv { problem, .. })
            if matches!(**problem, CsvProblem::Encoding { .. }));
        let is_open = self.encoding.get() == Encoding::Utf8 && self.head.is_ascii();
        if is_encoding && is_open && is_windows_1252(&self.path)? {
            self.encoding.set(Encoding::Windows1252);
            return Ok(());
        }
        Err(error)
    }
}

/// The names of the columns.
fn names(path: &Path, encoding: Encoding, sample: &[u8], start: &Start) -> Result<Vec<String>, DataError> {
    let Start { dialect, header, is_commented, has_index, .. } = start;
    let line = line_ends(&sample[..header.start as usize]) + 1;
    let error = |(column, problem): header::WrongName| {
        let cell = column.saturating_sub(usize::from(*has_index));
        csv_error(locate(path, encoding, dialect, line, Some(cell)), problem)
    };
    let mut names =
        header::names(commented_names(header.of(sample), *is_commented), dialect.delimiter).map_err(error)?;
    if names.len() > MAX_COLUMNS {
        let position = FilePosition { line, ..FilePosition::file(path) };
        return Err(csv_error(position, CsvProblem::TooManyColumns { limit: MAX_COLUMNS }));
    }
    if *has_index {
        names.insert(0, String::new());
    }
    names.truncate(dialect.width - dialect.trailing);
    header::check(&names).map_err(error)?;
    Ok(names)
}

/// The error for a file in which no row ends.
fn no_header(path: &Path, sample: &[u8]) -> DataError {
    let rest = split(sample, true, &Dialect::of(Delimiter::Byte(b',')), &mut Vec::new());
    if rest.is_quoted {
        let position = FilePosition { line: rest.lines + 1, ..FilePosition::file(path) };
        return csv_error(position, CsvProblem::OpenQuote);
    }
    csv_error(FilePosition::file(path), CsvProblem::Empty)
}

fn line_end_length(text: &[u8]) -> usize {
    match text {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
