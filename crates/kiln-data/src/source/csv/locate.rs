//! Where in the file a cell is. Only errors ask, so the file is read again for it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use csv_core::{ReadFieldResult, ReaderBuilder};

use crate::FilePosition;
use crate::source::files::open;

/// A cell further than this from the start of its row is not looked for.
const REACH: u64 = 1 << 20;

/// The position of the cell number `column` (from 0) in the row that begins at `line`; `None` means the whole line. Where
/// the cell is not found any more, the line alone.
pub(crate) fn locate(path: &Path, delimiter: u8, line: usize, column: Option<usize>) -> FilePosition {
    let whole = FilePosition { line, ..FilePosition::file(path) };
    let Some(column) = column else { return whole };
    find(path, delimiter, line, column).unwrap_or(whole)
}

fn find(path: &Path, delimiter: u8, line: usize, column: usize) -> Option<FilePosition> {
    let row = row(path, line)?;
    let (start, end) = extent(&row, delimiter, column)?;
    let before = &row[..start];
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let cell = row[start..end].split(|&byte| byte == b'\n').next()?;
    Some(FilePosition {
        path: path.to_owned(),
        line: line + before.iter().filter(|&&byte| byte == b'\n').count(),
        column: Some(String::from_utf8_lossy(&before[line_start..]).chars().count() + 1),
        span_len: String::from_utf8_lossy(cell).trim_end().chars().count(),
    })
}

/// The beginning of the row at `line`.
fn row(path: &Path, line: usize) -> Option<Vec<u8>> {
    let mut file = BufReader::new(open(path).ok()?.0);
    for _ in 1..line {
        file.skip_until(b'\n').ok()?;
    }
    let mut row = Vec::new();
    file.take(REACH).read_to_end(&mut row).ok()?;
    Some(row)
}

/// First byte of a cell and the byte after its last, quotes included.
fn extent(row: &[u8], delimiter: u8, column: usize) -> Option<(usize, usize)> {
    let mut core = ReaderBuilder::new().delimiter(delimiter).build();
    let mut scratch = [0; 256];
    let (mut at, mut start, mut field) = (0, 0, 0);
    loop {
        let (result, read, _) = core.read_field(&row[at..], &mut scratch);
        at += read;
        match result {
            ReadFieldResult::Field { record_end } => {
                if field == column {
                    let ended = record_end || row[..at].ends_with(&[delimiter]);
                    let end = if ended && read > 0 { at - 1 } else { at };
                    return Some((start, end.max(start)));
                }
                if record_end {
                    return None;
                }
                field += 1;
                start = at;
            }
            ReadFieldResult::End => return None,
            ReadFieldResult::InputEmpty | ReadFieldResult::OutputFull => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_found_by_character_behind_quotes_and_line_feeds() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "a;b;c\n\"ä;x\";yy;\"p\nq\";z\nlast;;end").unwrap();
        let at = |line, column| {
            let position = locate(file.path(), b';', line, Some(column));
            (position.line, position.column, position.span_len)
        };
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
}
