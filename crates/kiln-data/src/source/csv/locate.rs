//! Where in the file a cell is. Only errors ask, so the file is read again for it.

use std::path::Path;

use memchr::memchr2;

use super::cells::Cells;
use super::dialect::Dialect;
use super::encoding::Encoding;
use super::split::{line_ends, split};
use super::text::Text;
use crate::FilePosition;

/// A cell further than this from the start of its row is not looked for.
const REACH: usize = 1 << 20;

/// The position of the cell number `column` (from 0) in the row that begins at `line`; `None` means the whole line. Where
/// the cell is not found any more, the line alone.
pub(crate) fn locate(
    path: &Path,
    encoding: Encoding,
    dialect: &Dialect,
    line: usize,
    column: Option<usize>,
) -> FilePosition {
    let whole = FilePosition { line, ..FilePosition::file(path) };
    let Some(column) = column.filter(|_| line > 0) else { return whole };
    find(path, encoding, dialect, line, column).unwrap_or(whole)
}

fn find(
    path: &Path,
    encoding: Encoding,
    dialect: &Dialect,
    line: usize,
    column: usize,
) -> Option<FilePosition> {
    let text = from_line(path, encoding, line)?;
    let mut rows = Vec::new();
    split(&text, true, &Dialect::of(dialect.delimiter), &mut rows);
    let row = match rows.first() {
        Some(row) if row.start == 0 => row.of(&text),
        // A row that begins with `#`.
        _ => text.split(|byte| matches!(byte, b'\n' | b'\r')).next()?,
    };
    let mut cells = Cells::default();
    cells.split(row, dialect.delimiter);
    let place = cells.place(column)?;
    let before = &row[..place.start];
    let line_start = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |at| at + 1);
    let cell = row[place].split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    Some(FilePosition {
        path: path.to_owned(),
        line: line + line_ends(before),
        column: Some(String::from_utf8_lossy(&before[line_start..]).chars().count() + 1),
        span_len: String::from_utf8_lossy(cell).trim_end().chars().count(),
    })
}

/// The text from a line on.
fn from_line(path: &Path, encoding: Encoding, line: usize) -> Option<Vec<u8>> {
    let mut text = Text::open(path, encoding).ok()?;
    let (mut bytes, mut line_now) = (Vec::new(), 1);
    loop {
        let has_more = text.read(&mut bytes, REACH).ok()?;
        let mut at = 0;
        while line_now < line {
            let Some(end) = memchr2(b'\n', b'\r', &bytes[at..]) else { break };
            let end = at + end;
            let length = match (bytes[end], bytes.get(end + 1)) {
                (b'\r', Some(b'\n')) => 2,
                // The line feed may come with what is read next.
                (b'\r', None) if has_more => break,
                _ => 1,
            };
            at = end + length;
            line_now += 1;
        }
        bytes.drain(..at);
        if line_now == line {
            text.read(&mut bytes, REACH).ok()?;
            return Some(bytes);
        }
        if !has_more {
            return None;
        }
        // A line without an end in what was read is passed over.
        let keep = usize::from(bytes.last() == Some(&b'\r'));
        bytes.drain(..bytes.len() - keep);
    }
}

#[cfg(test)]
mod tests {
    use super::super::dialect::Delimiter;
    use super::*;

    #[test]
    fn cells_are_found_by_character_behind_quotes_and_line_feeds() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let write = |bytes: &[u8]| std::fs::write(file.path(), bytes).unwrap();
        let at = |encoding, line, column| {
            let dialect = Dialect::of(Delimiter::Byte(b';'));
            let position = locate(file.path(), encoding, &dialect, line, Some(column));
            (position.line, position.column, position.span_len)
        };
        let text = "a;b;c\n\"ä;x\";yy;\"p\nq\";z\nlast;;end";
        let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), [&[0xff, 0xfe], utf16.as_slice()].concat()] {
            write(&bytes);
            let at = |line, column| at(Encoding::Utf8, line, column);
            assert_eq!(at(1, 2), (1, Some(5), 1));
            assert_eq!(at(2, 0), (2, Some(1), 5));
            assert_eq!(at(2, 1), (2, Some(7), 2));
            assert_eq!(at(2, 2), (2, Some(10), 2));
            assert_eq!(at(2, 3), (3, Some(4), 1));
            assert_eq!(at(4, 1), (4, Some(6), 0));
            assert_eq!(at(4, 2), (4, Some(7), 3));
            assert_eq!(at(4, 3), (4, None, 0));
            assert_eq!(at(9, 0), (9, None, 0));
        }
        write(b"a;b\r\xfc; \xe4x \r");
        assert_eq!(at(Encoding::Windows1252, 2, 1), (2, Some(3), 3));
    }

    #[test]
    fn lines_are_counted_over_more_than_is_read_at_once() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text: String = (1..=300_000).map(|line| format!("{line};x\r\n")).collect();
        std::fs::write(file.path(), text).unwrap();
        let dialect = Dialect::of(Delimiter::Byte(b';'));
        let position = locate(file.path(), Encoding::Utf8, &dialect, 299_999, Some(1));
        assert_eq!((position.line, position.column, position.span_len), (299_999, Some(8), 1));
        assert_eq!(from_line(file.path(), Encoding::Utf8, 299_999).unwrap(), b"299999;x\r\n300000;x\r\n");
    }
}
