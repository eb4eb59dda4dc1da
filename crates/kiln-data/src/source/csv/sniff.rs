//! Finds out by the beginning of a file how it is written.

use super::cells::Cells;
use super::dialect::{Delimiter, Dialect};
use super::split::{RowSpan, line_ends, split};
use crate::cell::{Number, scan};

/// So many rows are looked at, the header included.
const ROWS: usize = 200;

/// What the beginning of a file shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Start {
    pub(crate) dialect: Dialect,
    /// The header, as a place in the sample; `line` is its line from 0.
    pub(crate) header: RowSpan,
    /// Whether the header is behind a `#`.
    pub(crate) is_commented: bool,
    /// Whether rows have a cell before those that the header names: an index without a name.
    pub(crate) has_index: bool,
}

/// Looks at a sample, which is the `whole` file or its beginning; `None` when there is no row in it that ends.
pub(crate) fn sniff(sample: &[u8], whole: bool) -> Option<Start> {
    let (start, sep) = sep_line(sample);
    let candidates = match sep {
        Some(mark) => vec![Delimiter::Byte(mark)],
        None => CANDIDATES.to_vec(),
    };
    let shapes: Vec<Shape> =
        candidates.iter().filter_map(|mark| Shape::of(sample, start, whole, *mark)).collect();
    let shape = best(&shapes)?;
    let delimiter = shape.delimiter;
    let mut header = shape.rows[0];
    let mut counts = shape.counts.as_slice();
    let mut rows = shape.rows.as_slice();
    let comment = last_comment(sample, start, header.start as usize);
    let commented = comment.filter(|line| is_header(line.of(sample), shape, sample));
    if let Some(line) = commented {
        header = line;
    } else {
        counts = &counts[1..];
        rows = &rows[1..];
    }
    let named = cells(commented_names(header.of(sample), commented.is_some()), delimiter);
    let fields = named.len();
    let has_one_more = fields > 1 && !counts.is_empty() && counts.iter().all(|count| *count == fields + 1);
    let empty_end = |row: &RowSpan, from: usize| {
        cells(row.of(sample), delimiter).iter().skip(from).all(|cell| cell.is_empty())
    };
    let ends_empty = has_one_more && rows.iter().all(|row| empty_end(row, fields));
    let unnamed = named.iter().rev().take_while(|name| name.is_empty()).count();
    let trailing = match (ends_empty, unnamed) {
        (true, _) => 1,
        (false, 0) => 0,
        (false, unnamed) => {
            let is_empty = !rows.is_empty() && rows.iter().all(|row| empty_end(row, fields - unnamed));
            if is_empty && unnamed < fields { unnamed } else { 0 }
        }
    };
    let has_index = has_one_more && !ends_empty;
    let width = fields + usize::from(has_one_more);
    let firsts = rows.iter().filter_map(|row| cells(row.of(sample), delimiter).into_iter().next());
    let (numbers, all) =
        firsts.fold((0, 0), |(numbers, all), cell| (numbers + usize::from(is_number(&cell)), all + 1));
    let dialect = Dialect { delimiter, width, trailing, begins_with_numbers: 2 * numbers > all };
    Some(Start { dialect, header, is_commented: commented.is_some(), has_index })
}

/// The names of a header line that may be behind a `#`. One that touches the first name is a part of it, as everybody reads it.
pub(crate) fn commented_names(line: &[u8], is_commented: bool) -> &[u8] {
    if is_commented { line.strip_prefix(b"# ").unwrap_or(line) } else { line }
}

/// In the order in which they are taken where they are as good as each other.
const CANDIDATES: [Delimiter; 5] = [
    Delimiter::Byte(b','),
    Delimiter::Byte(b';'),
    Delimiter::Byte(b'\t'),
    Delimiter::Byte(b'|'),
    Delimiter::Spaces,
];

/// What a sample looks like with a delimiter.
struct Shape {
    delimiter: Delimiter,
    rows: Vec<RowSpan>,
    /// The number of cells of each row.
    counts: Vec<usize>,
    /// Cells below the first row that are numbers.
    numbers: usize,
}

impl Shape {
    fn of(sample: &[u8], start: usize, whole: bool, delimiter: Delimiter) -> Option<Self> {
        let mut rows = Vec::new();
        split(&sample[start..], whole, &Dialect::of(delimiter), &mut rows);
        rows.truncate(ROWS);
        let lines = line_ends(&sample[..start]) as u32;
        for row in &mut rows {
            *row = RowSpan {
                start: row.start + start as u32,
                end: row.end + start as u32,
                line: row.line + lines,
            };
        }
        let all: Vec<Vec<String>> = rows.iter().map(|row| cells(row.of(sample), delimiter)).collect();
        let numbers = all.iter().skip(1).flatten().filter(|cell| is_number(cell)).count();
        (!rows.is_empty()).then(|| Self {
            delimiter,
            rows,
            counts: all.iter().map(Vec::len).collect(),
            numbers,
        })
    }

    /// 2 where every row has as many cells as the first, or every one has one more; 1 where nine in ten have; 0 otherwise, and where the
    /// first has but one.
    fn rank(&self) -> usize {
        let (fields, below) = (self.counts[0], &self.counts[1..]);
        let share = |wanted: usize| below.iter().filter(|count| **count == wanted).count();
        let agree = share(fields).max(share(fields + 1));
        match fields {
            0 | 1 => 0,
            _ if agree == below.len() => 2,
            _ => usize::from(10 * agree >= 9 * below.len()),
        }
    }
}

/// Rows of one length speak for a delimiter, then numbers, then many cells. Spaces are also in texts, so they are taken where nothing
/// else is a delimiter.
fn best(shapes: &[Shape]) -> Option<&Shape> {
    let is_spaces = |shape: &Shape| shape.delimiter == Delimiter::Spaces;
    let has_other = shapes.iter().any(|shape| !is_spaces(shape) && shape.rank() > 0);
    let key = |shape: &Shape| {
        let rank = shape.rank();
        (rank, if rank > 0 { shape.numbers } else { 0 }, shape.counts[0])
    };
    let usable = shapes.iter().filter(|shape| !is_spaces(shape) || (shape.rank() == 2 && !has_other));
    // The last of equals is taken; the first is to win.
    usable.rev().max_by_key(|shape| key(shape))
}

/// Where the rows begin, and the delimiter that a first line `sep=;` names, as Excel reads and writes it.
fn sep_line(sample: &[u8]) -> (usize, Option<u8>) {
    let length = sample.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(sample.len());
    let line = &sample[..length];
    let bare = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match bare {
        [s, e, p, b'=', mark] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && mark.is_ascii() => {
            let end = if sample[length..].starts_with(b"\r\n") { 2 } else { 1 };
            ((length + end).min(sample.len()), Some(*mark))
        }
        _ => (0, None),
    }
}

/// The last line with a `#` before the first row.
fn last_comment(sample: &[u8], start: usize, first_row: usize) -> Option<RowSpan> {
    let before = &sample[start..first_row];
    let mut found = None;
    let mut at = 0;
    for line in before.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
        if line.starts_with(b"#") {
            let end = at + line.trim_ascii_end().len();
            let lines = line_ends(&sample[..start + at]) as u32;
            found = Some(RowSpan { start: (start + at) as u32, end: (start + end) as u32, line: lines });
        }
        at += line.len();
    }
    found
}

/// Whether a comment is the header: it has as many cells as the first row below it, and that has a number, as headers have not.
fn is_header(line: &[u8], shape: &Shape, sample: &[u8]) -> bool {
    let names = cells(commented_names(line, true), shape.delimiter);
    let first = cells(shape.rows[0].of(sample), shape.delimiter);
    names.len() > 1
        && names.len() == first.len()
        && names.iter().all(|name| !name.is_empty() && !is_number(name))
        && first.iter().any(|cell| is_number(cell))
}

fn is_number(cell: &str) -> bool {
    !matches!(scan(cell), Number::Text)
}

/// The cells of a row. What is no UTF-8 does not matter here.
fn cells(row: &[u8], delimiter: Delimiter) -> Vec<String> {
    let row = String::from_utf8_lossy(row);
    let mut cells = Cells::default();
    cells.split(row.as_bytes(), delimiter);
    cells.unescape(&row);
    (0..cells.len()).map(|cell| cells.text(&row, cell).to_owned()).collect()
}

#[cfg(test)]
mod tests;
