//! The text of a file, cut into blocks of whole rows.

use super::dialect::Dialect;
use super::problem::CsvProblem;
use super::split::{RowSpan, split};
use super::text::Text;
use crate::DataError;
use crate::source::table::{RowPlace, Wrong};

/// Bytes of a block, but for one with a row that is longer.
pub(crate) const BLOCK: usize = 1 << 20;
/// The most bytes of a row. Only a quote that never closes makes longer ones.
pub(crate) const MAX_ROW: usize = 1 << 22;

/// Rows of a file that follow each other.
#[derive(Debug)]
pub(crate) struct Block {
    pub(crate) text: Vec<u8>,
    pub(crate) rows: Vec<RowSpan>,
    /// Where it begins: the place of its first row, but for blank lines.
    first: RowPlace,
}

impl Block {
    /// Where its row number `index` (from 0) is.
    pub(crate) fn place(&self, index: usize) -> RowPlace {
        let line = self.rows.get(index).map_or(0, |row| row.line as usize);
        RowPlace { row: self.first.row + index, line: self.first.line + line }
    }
}

/// Reads blocks.
pub(crate) struct Blocks {
    text: Text,
    dialect: Dialect,
    /// What was read and is in no block yet.
    rest: Vec<u8>,
    /// Where that begins.
    next: RowPlace,
    is_at_end: bool,
    /// What is wrong behind the last block.
    fault: Option<CsvProblem>,
    pub(crate) comments: usize,
}

/// What ends the reading of a file.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The file cannot be read.
    Data(DataError),
    /// A row is wrong.
    Row(Wrong),
}

impl Blocks {
    /// The rows of `text` behind `start`, which is what was read of it before. The first of them is at `next`.
    pub(crate) fn new(text: Text, dialect: Dialect, start: Vec<u8>, next: RowPlace) -> Self {
        Self { text, dialect, rest: start, next, is_at_end: false, fault: None, comments: 0 }
    }

    /// The next block; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Block>, Fault> {
        let mut wanted = BLOCK;
        loop {
            if let Some(problem) = self.fault.take() {
                return Err(Fault::Row(Wrong::row(self.next, problem)));
            }
            if self.is_at_end && self.rest.is_empty() {
                return Ok(None);
            }
            let mut text = std::mem::take(&mut self.rest);
            self.is_at_end |= !self.text.read(&mut text, wanted).map_err(Fault::Data)?;
            let mut rows = Vec::with_capacity(text.len() / 64);
            let left = split(&text, self.is_at_end, &self.dialect, &mut rows);
            self.comments += left.comments;
            self.rest.extend_from_slice(&text[left.start..]);
            let first = self.next;
            self.next = RowPlace { row: first.row + rows.len(), line: first.line + left.lines };
            if self.rest.len() > MAX_ROW {
                self.fault = Some(CsvProblem::LongRow { limit: MAX_ROW });
            } else if self.is_at_end && !self.rest.is_empty() {
                self.fault = Some(CsvProblem::OpenQuote);
            }
            if !rows.is_empty() {
                text.truncate(left.start);
                return Ok(Some(Block { text, rows, first }));
            }
            // The next row is longer than the block. No more is read than shows that it is too long.
            wanted = BLOCK.max((2 * self.rest.len()).min(MAX_ROW + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::dialect::Delimiter;
    use super::*;

    fn blocks(text: &[u8]) -> Blocks {
        let text = Text::in_memory(Path::new("t.csv"), text.to_vec()).unwrap();
        Blocks::new(text, Dialect::of(Delimiter::Byte(b',')), Vec::new(), RowPlace { row: 1, line: 2 })
    }

    #[test]
    fn rows_keep_their_places_over_blocks() {
        let text: String = (0..200_000).map(|i| format!("{i},\"x\ny\"\n\n")).collect();
        let mut blocks = blocks(text.as_bytes());
        let mut row = 0;
        while let Ok(Some(block)) = blocks.next() {
            for (index, span) in block.rows.iter().enumerate() {
                let expected = format!("{row},\"x\ny\"");
                assert_eq!(span.of(&block.text), expected.as_bytes());
                assert_eq!(block.place(index), RowPlace { row: row + 1, line: 3 * row + 2 });
                row += 1;
            }
        }
        assert_eq!(row, 200_000);
    }

    #[test]
    fn a_row_may_be_longer_than_a_block_up_to_a_limit() {
        let long = [b"a,\"".as_slice(), &vec![b'x'; 3 * BLOCK], b"\"\nb,c\n"].concat();
        let block = blocks(&long).next().ok().flatten().unwrap();
        assert_eq!(block.rows.len(), 2);
        let mut endless = blocks(&[b"a,b\n\"".as_slice(), &vec![b'x'; MAX_ROW + 100]].concat());
        let first = endless.next().ok().flatten().unwrap();
        assert_eq!(first.rows.len(), 1);
        let Err(Fault::Row(wrong)) = endless.next() else { panic!("a block") };
        assert_eq!((wrong.place.line, wrong.is(&CsvProblem::LongRow { limit: MAX_ROW })), (3, true));
        // One that ends, too.
        let mut long = blocks(&[vec![b'x'; MAX_ROW + BLOCK].as_slice(), b"\n1,2\n"].concat());
        let Err(Fault::Row(wrong)) = long.next() else { panic!("a block") };
        assert!(wrong.is(&CsvProblem::LongRow { limit: MAX_ROW }));
    }

    #[test]
    fn a_quote_that_is_open_at_the_end_is_wrong_where_its_row_begins() {
        let mut blocks = blocks(b"a,b\n1,\"x\n2,y\n");
        assert_eq!(blocks.next().ok().flatten().unwrap().rows.len(), 1);
        let Err(Fault::Row(wrong)) = blocks.next() else { panic!("a block") };
        assert_eq!((wrong.place.line, wrong.is(&CsvProblem::OpenQuote)), (3, true));
    }
}
