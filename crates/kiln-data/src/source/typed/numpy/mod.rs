//! NumPy's files: an array of two dimensions or of records (`.npy`), and archives of arrays (`.npz`).
//!
//! Rows are the first dimension. The columns of an array of two dimensions are called `0`, `1`, …; in an archive those of the array
//! `x` are `x.0`, `x.1`, …, and an array of one dimension is a column of its name. Columns of records have their own names.

mod header;
mod item;
mod literal;

use std::io::Read;
use std::path::{Path, PathBuf};

use self::header::{Header, Unreadable};
use self::item::Field;
use super::failed::table_error;
use super::problem::TableProblem;
use super::zip::{Contents, Member, members};
use crate::source::files::{open, reserve};
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::{DataError, FileError, FilePosition};

/// The most columns, as in CSV.
const MAX_COLUMNS: u64 = 1 << 16;
/// Arrays may take twice the file and this much before they are proven to be there.
const SLACK: u64 = 16 << 20;

/// Arrays of as many rows each.
#[derive(Debug)]
pub(super) struct Arrays {
    path: PathBuf,
    arrays: Vec<Array>,
    names: Vec<String>,
    rows: u64,
}

/// One array: rows of items, each with its fields.
#[derive(Debug)]
struct Array {
    member: Member,
    header: Header,
    /// Items of a row.
    items: usize,
}

impl Arrays {
    /// Reads the header of a file of one array.
    pub(super) fn open_npy(path: &Path) -> Result<Self, DataError> {
        let (_, length) = open(path)?;
        let array = Array::open(path, Member::whole(length))?;
        Self::of(path, vec![array])
    }

    /// Reads the headers of an archive, and checks the sums of its files.
    pub(super) fn open_npz(path: &Path) -> Result<Self, DataError> {
        let mut arrays = Vec::new();
        for mut member in members(path)? {
            member.check(path)?;
            member.name = member.name.strip_suffix(".npy").unwrap_or(&member.name).to_owned();
            arrays.push(Array::open(path, member)?);
        }
        Self::of(path, arrays)
    }

    fn of(path: &Path, arrays: Vec<Array>) -> Result<Self, DataError> {
        let no_table = |reason: String| error(path, TableProblem::NoTable { reason });
        let Some(first) = arrays.first() else { return Err(no_table("there is no array in it".to_owned())) };
        let rows = first.header.shape[0];
        if let Some(other) = arrays.iter().find(|array| array.header.shape[0] != rows) {
            let [a, b] = [first, other].map(|array| (&array.member.name, array.header.shape[0]));
            return Err(no_table(format!("{:?} has {} rows, but {:?} has {}", a.0, a.1, b.0, b.1)));
        }
        let columns: u64 = arrays.iter().map(Array::columns).sum();
        if columns > MAX_COLUMNS {
            return Err(error(path, TableProblem::TooManyColumns { limit: MAX_COLUMNS as usize }));
        }
        let names: Vec<String> = arrays.iter().flat_map(Array::names).collect();
        Ok(Self { path: path.to_owned(), arrays, names, rows })
    }
}

impl RowSource for Arrays {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        let mut readers = Vec::with_capacity(self.arrays.len());
        for array in &self.arrays {
            readers.push(array.reader(&self.path, self.rows)?);
        }
        let mut texts = vec![String::new(); self.names.len()];
        for row in 1..=self.rows {
            let place = RowPlace { row: row as usize, line: 0 };
            let mut cells = Vec::with_capacity(self.names.len());
            let mut free = texts.iter_mut();
            for (array, reader) in self.arrays.iter().zip(&mut readers) {
                let items = reader.row(row - 1).map_err(|failed| array.member.damaged(&self.path, failed))?;
                for item in items.chunks_exact(array.header.size.max(1)) {
                    for field in &array.header.fields {
                        let Some(text) = free.next() else { return Err(changed(&self.path)) };
                        text.clear();
                        let bytes = &item[field.at..field.at + field.item.size()];
                        let column = cells.len();
                        match field.item.cell(bytes, text) {
                            Some(cell) => cells.push(cell),
                            None => {
                                let reason = format!("row {row}, column {:?} is no text", self.names[column]);
                                return Err(error(
                                    &self.path,
                                    TableProblem::Damaged { format: "array", reason },
                                ));
                            }
                        }
                    }
                }
            }
            if cells.len() != self.names.len() {
                return Err(changed(&self.path));
            }
            each(place, &cells)?;
        }
        Ok(())
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(&self.path)
    }
}

impl Array {
    /// Reads the header, and compares it with the bytes that are there.
    fn open(path: &Path, member: Member) -> Result<Self, DataError> {
        let header = Header::read(&mut member.open(path)?).map_err(|failed| match failed {
            Unreadable::Io(failed) => member.damaged(path, failed),
            Unreadable::Damaged(reason) => error(path, TableProblem::Damaged { format: "array", reason }),
            Unreadable::Type(kind) => {
                let reason = format!("{} holds items of the type {kind:?}", called(&member));
                error(path, TableProblem::NoTable { reason })
            }
        })?;
        let no_table = |reason: String| Err(error(path, TableProblem::NoTable { reason }));
        let items = match header.shape.as_slice() {
            [_] => 1,
            [_, items] if header.fields.len() == 1 && *items <= MAX_COLUMNS => *items as usize,
            shape => {
                let of = called(&member);
                return no_table(format!("{of} has the shape {shape:?}, rows and columns are two"));
            }
        };
        if items == 0 || header.size == 0 {
            return no_table(format!("{} has rows of no bytes", called(&member)));
        }
        let declared = header.bytes().and_then(|bytes| bytes.checked_add(header.length));
        if declared != Some(member.bytes) {
            let reason = format!("its header and items have not the {} bytes that it has", member.bytes);
            return Err(error(path, TableProblem::Damaged { format: "array", reason }));
        }
        Ok(Self { member, header, items })
    }

    fn columns(&self) -> u64 {
        self.items as u64 * self.header.fields.len() as u64
    }

    fn names(&self) -> Vec<String> {
        let array = &self.member.name;
        let of_item = |item: usize| match (array.is_empty(), self.header.shape.len()) {
            (true, _) => item.to_string(),
            (false, 1) => array.clone(),
            (false, _) => format!("{array}.{item}"),
        };
        let of_field = |item: usize, field: &Field| match &field.name {
            Some(name) if array.is_empty() => name.clone(),
            Some(name) => format!("{array}.{name}"),
            None => of_item(item),
        };
        let fields = &self.header.fields;
        (0..self.items).flat_map(|item| fields.iter().map(move |field| of_field(item, field))).collect()
    }

    /// What gives the bytes of each row, from the first on.
    fn reader(&self, path: &Path, rows: u64) -> Result<Rows, DataError> {
        let mut contents = self.member.open(path)?;
        let mut header = vec![0; self.header.length as usize];
        contents.read_exact(&mut header).map_err(|failed| self.member.damaged(path, failed))?;
        // Without rows nothing bounds their length.
        let row = if rows == 0 { 0 } else { self.items * self.header.size };
        if !self.header.fortran || self.items == 1 {
            return Ok(Rows {
                row: vec![0; row],
                size: self.header.size,
                rows,
                from: From::Stream(contents),
            });
        }
        // The columns lie one behind the other: all of them are needed for the first row.
        let bytes = self.member.bytes - self.header.length;
        let (_, length) = open(path)?;
        if bytes > 2 * length + SLACK {
            // Compressed far beyond what is usual: are they there?
            self.member.check(path)?;
        }
        let mut columns = reserve(path, bytes)?;
        contents.read_to_end(&mut columns).map_err(|failed| self.member.damaged(path, failed))?;
        if columns.len() as u64 != bytes {
            return Err(changed(path));
        }
        Ok(Rows { row: vec![0; row], size: self.header.size, rows, from: From::Columns(columns) })
    }
}

/// The rows of an array.
struct Rows {
    row: Vec<u8>,
    /// Bytes of an item.
    size: usize,
    rows: u64,
    from: From,
}

/// Where the bytes of a row come from.
enum From {
    /// They are the next ones.
    Stream(Contents),
    /// All columns, one behind the other.
    Columns(Vec<u8>),
}

impl Rows {
    /// The bytes of the row number `row`; they are asked for in order.
    fn row(&mut self, row: u64) -> std::io::Result<&[u8]> {
        match &mut self.from {
            From::Stream(contents) => contents.read_exact(&mut self.row)?,
            From::Columns(columns) => {
                for (item, bytes) in self.row.chunks_exact_mut(self.size.max(1)).enumerate() {
                    let at = (item * self.rows as usize + row as usize) * self.size;
                    bytes.copy_from_slice(&columns[at..at + self.size]);
                }
            }
        }
        Ok(&self.row)
    }
}

/// An array in a message.
fn called(member: &Member) -> String {
    if member.name.is_empty() { "the array".to_owned() } else { format!("the array {:?}", member.name) }
}

fn changed(path: &Path) -> DataError {
    FileError::Changed { path: path.to_owned() }.into()
}

fn error(path: &Path, problem: TableProblem) -> DataError {
    table_error(FilePosition::file(path), problem)
}
