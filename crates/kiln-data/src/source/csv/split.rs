//! Cuts text into rows: at line ends that are not in quotes.

use memchr::{memchr_iter, memchr2, memchr3};

use super::cells::{Cells, closing};
use super::dialect::{Delimiter, Dialect};
use crate::cell::{Number, scan};

/// A row in a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RowSpan {
    /// Its first byte, and the byte behind its last, without the line end.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Line ends before it in the piece.
    pub(crate) line: u32,
}

/// What is left of a piece of text behind its rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rest {
    /// Where the first row begins that does not end in the piece; the length of the piece where there is none.
    pub(crate) start: usize,
    /// Line ends before it.
    pub(crate) lines: usize,
    /// Whether a quote is open at the end.
    pub(crate) is_quoted: bool,
    /// How many comment lines there are.
    pub(crate) comments: usize,
}

impl RowSpan {
    /// The bytes of the row.
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        &text[self.start as usize..self.end as usize]
    }
}

/// Cuts a piece of text, shorter than 4 GiB, that begins with a row. Blank lines and comments are passed over. The `last` piece of
/// a file ends its last row. Rows end at a line feed, a carriage return or both.
pub(crate) fn split(text: &[u8], last: bool, dialect: &Dialect, rows: &mut Vec<RowSpan>) -> Rest {
    let is_plain = memchr2(b'"', b'\r', text).is_none();
    let (mut start, mut lines, mut comments) = (0, 0, 0);
    let mut cells = Cells::default();
    while start < text.len() {
        let is_comment = text[start] == b'#' && {
            let line = line_end(text, start, last).map_or(text.len(), |end| end.at);
            is_comment(&text[start..line], dialect, &mut cells)
        };
        let end = if is_comment || is_plain {
            line_end(text, start, last)
        } else {
            match row_end(text, start, last, dialect.delimiter) {
                Ok(end) => end,
                Err(OpenQuote) => return Rest { start, lines, is_quoted: true, comments },
            }
        };
        let end = match end {
            Some(end) => end,
            None if last => RowEnd { at: text.len(), next: text.len(), lines: 0 },
            None => return Rest { start, lines, is_quoted: false, comments },
        };
        let row = &text[start..end.at];
        // Most rows begin with something else.
        let may_be_blank = row.first().is_none_or(|first| *first <= b' ');
        let is_blank = may_be_blank && row.iter().all(|byte| dialect.delimiter.is_blank(*byte));
        if is_comment {
            comments += 1;
        } else if !is_blank {
            rows.push(RowSpan { start: start as u32, end: end.at as u32, line: lines as u32 });
        }
        start = end.next;
        lines += end.lines;
    }
    Rest { start, lines, is_quoted: false, comments }
}

/// Whether a line that begins with `#` is a comment. One with as many cells as a row may be one, such as `#N/A,2`; but `#1,2` is
/// a row that was taken out, where rows begin with numbers.
fn is_comment(line: &[u8], dialect: &Dialect, cells: &mut Cells) -> bool {
    cells.split(line, dialect.delimiter);
    if dialect.width == 0 || !dialect.is_whole(cells.len()) {
        return true;
    }
    let first = String::from_utf8_lossy(line);
    cells.split(first.as_bytes(), dialect.delimiter);
    let first = cells.text(&first, 0).trim_start_matches('#').trim();
    dialect.begins_with_numbers && !matches!(scan(first), Number::Text)
}

/// Where a row ends.
struct RowEnd {
    at: usize,
    /// Where the next row begins.
    next: usize,
    /// Line ends from its first byte to there.
    lines: usize,
}

/// A quote is open at the end.
struct OpenQuote;

/// The end of a line, whatever quotes it has; `None` when it is not in the text.
fn line_end(text: &[u8], start: usize, last: bool) -> Option<RowEnd> {
    let at = start + memchr2(b'\n', b'\r', &text[start..])?;
    ends_at(text, at, last, 1)
}

/// The line end at `at`; `None` when more text may belong to it.
fn ends_at(text: &[u8], at: usize, last: bool, lines: usize) -> Option<RowEnd> {
    let length = match (text[at], text.get(at + 1)) {
        (b'\r', Some(b'\n')) => 2,
        (b'\r', None) if !last => return None,
        _ => 1,
    };
    Some(RowEnd { at, next: at + length, lines })
}

/// The end of a row; `None` when it is not in the text.
fn row_end(text: &[u8], start: usize, last: bool, delimiter: Delimiter) -> Result<Option<RowEnd>, OpenQuote> {
    let (mut at, mut lines) = (start, 0);
    while let Some(found) = memchr3(b'\n', b'\r', b'"', &text[at..]) {
        at += found;
        if text[at] != b'"' {
            return Ok(ends_at(text, at, last, lines + 1));
        }
        if opens(&text[start..at], delimiter) {
            let next = closing(text, at + 1).ok_or(OpenQuote)?;
            lines += line_ends(&text[at..next]);
            at = next;
        } else {
            at += 1;
        }
    }
    Ok(None)
}

/// Whether a quote behind `before`, which is the start of a row, begins a cell.
fn opens(before: &[u8], delimiter: Delimiter) -> bool {
    match delimiter {
        Delimiter::Spaces => before.last().is_none_or(|byte| matches!(byte, b' ' | b'\t')),
        Delimiter::Byte(mark) => {
            let last = before.iter().rev().find(|byte| **byte == mark || !delimiter.is_blank(**byte));
            last.is_none_or(|byte| *byte == mark)
        }
    }
}

/// The number of line ends: line feeds, and carriage returns without one.
pub(crate) fn line_ends(text: &[u8]) -> usize {
    let feeds = memchr_iter(b'\n', text).count();
    feeds + memchr_iter(b'\r', text).filter(|at| text.get(at + 1) != Some(&b'\n')).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of a text with their lines, and what is left.
    fn rows(text: &str, last: bool) -> (Vec<(&str, u32)>, Rest) {
        let mut spans = Vec::new();
        let dialect = Dialect { width: 2, ..Dialect::of(Delimiter::Byte(b',')) };
        let rest = split(text.as_bytes(), last, &dialect, &mut spans);
        let text = |span: &RowSpan| &text[span.start as usize..span.end as usize];
        (spans.iter().map(|span| (text(span), span.line)).collect(), rest)
    }

    #[test]
    fn rows_end_at_any_line_end_outside_quotes() {
        for text in ["a,b\n\n1,\"x\ny\"\n2,z\n", "a,b\r\n\r\n1,\"x\ny\"\r\n2,z", "a,b\r\r1,\"x\ry\"\r2,z\r"] {
            let (found, rest) = rows(text, true);
            let lines: Vec<u32> = found.iter().map(|(_, line)| *line).collect();
            assert_eq!(lines, [0, 2, 4], "{text:?}");
            assert_eq!((found[0].0, found[2].0), ("a,b", "2,z"));
            assert_eq!((rest.start, rest.is_quoted), (text.len(), false));
        }
    }

    #[test]
    fn a_row_that_does_not_end_in_the_piece_is_left() {
        for (text, start, is_quoted) in [
            ("a,b\n1,", 4, false),
            ("a,b\n1,\"x\n", 4, true),
            ("a,b\r", 0, false),
            ("a,b\n1,\"x\"", 4, false),
        ] {
            let (_, rest) = rows(text, false);
            assert_eq!((rest.start, rest.is_quoted), (start, is_quoted), "{text:?}");
        }
        assert!(rows("a,b\n1,\"x\n2,y\n", true).1.is_quoted);
    }

    #[test]
    fn a_quote_in_a_cell_is_a_letter_and_one_behind_spaces_is_a_quote() {
        let (found, _) = rows("5\" pipe,x\n1, \"a\nb\"\n\"say \"\"hi\n\"\"\",2\n", true);
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn comments_are_lines_that_begin_with_a_hash_and_are_no_rows() {
        let (found, rest) = rows("# it's \"so\na,b\n#1,2\n#\n1,2\n", true);
        assert_eq!(found.iter().map(|(row, _)| *row).collect::<Vec<_>>(), ["a,b", "#1,2", "1,2"]);
        assert_eq!((rest.comments, rest.lines), (2, 5));
        let mut spans = Vec::new();
        let dialect = Dialect::of(Delimiter::Byte(b','));
        split(b"a,b\n#1,2\n1,2\n", true, &dialect, &mut spans);
        assert_eq!(spans.len(), 2);
        spans.clear();
        let dialect = Dialect { width: 2, begins_with_numbers: true, ..dialect };
        split(b"1,2\n#1,2\n# 1,5,2\n#N/A,2\n#DIV/0!,2\n", true, &dialect, &mut spans);
        assert_eq!(spans.len(), 3);
    }

    #[test]
    fn lines_of_white_space_are_blank() {
        assert_eq!(rows("a,b\n  \t\n1,2\n \r\n", true).0.len(), 2);
    }
}
