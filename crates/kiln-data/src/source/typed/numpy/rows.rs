//! The bytes of each row of an array.

use std::io::{self, BufReader, Read};
use std::path::Path;

use crate::source::files::reserve;
use crate::{DataError, FileError};

/// The rows of an array, in order.
pub(super) struct Rows<'a> {
    row: Vec<u8>,
    from: From<'a>,
}

type Contents<'a> = BufReader<Box<dyn Read + 'a>>;

/// Where the bytes of a row come from.
enum From<'a> {
    /// They are the next ones.
    Stream(Contents<'a>),
    /// All columns, one behind the other, each item of so many bytes.
    Columns(Vec<u8>, usize),
}

impl<'a> Rows<'a> {
    /// Rows of `row` bytes that lie one behind the other.
    pub(super) fn of_stream(contents: Contents<'a>, row: usize) -> Self {
        Self { row: vec![0; row], from: From::Stream(contents) }
    }

    /// Columns that lie one behind the other: all of them are needed for the first row.
    pub(super) fn of_columns(
        path: &Path,
        mut contents: Contents<'a>,
        bytes: u64,
        row: usize,
        size: usize,
    ) -> Result<Self, DataError> {
        let mut columns = reserve(path, bytes)?;
        contents.read_to_end(&mut columns).map_err(|error| DataError::read(path, error))?;
        if columns.len() as u64 != bytes {
            return Err(FileError::Changed { path: path.to_owned() }.into());
        }
        Ok(Self { row: vec![0; row], from: From::Columns(columns, size) })
    }

    /// The bytes of the row number `row`; they are asked for in order.
    pub(super) fn row(&mut self, row: u64) -> io::Result<&[u8]> {
        match &mut self.from {
            From::Stream(contents) => contents.read_exact(&mut self.row)?,
            From::Columns(columns, size) => {
                let rows = columns.len() / self.row.len();
                for (item, bytes) in self.row.chunks_exact_mut(*size).enumerate() {
                    let at = (item * rows + row as usize) * *size;
                    bytes.copy_from_slice(&columns[at..at + *size]);
                }
            }
        }
        Ok(&self.row)
    }
}
