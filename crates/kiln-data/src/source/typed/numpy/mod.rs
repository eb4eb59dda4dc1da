//! NumPy's files: an array of two dimensions or of records (`.npy`), and archives of arrays (`.npz`).
//!
//! Rows are the first dimension. The columns of an array of two dimensions are called `0`, `1`, …; in an archive those of the array
//! `x` are `x.0`, `x.1`, …, and an array of one dimension is a column of its name. Columns of records have their own names.

mod header;
mod item;
mod rows;

use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use npyz::npz::array_name_from_file_name;

use self::header::{Field, Header, Unreadable};
use self::rows::Rows;
use super::archive::{Archive, Member, archive, check, contents, members};
use super::failed::table_error;
use super::problem::TableProblem;
use super::whole::Cell;
use crate::source::files::open;
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::{CellValue, DataError, FilePosition};

/// The most columns, as in CSV.
const MAX_COLUMNS: u64 = 1 << 16;

/// Arrays of as many rows each.
pub(super) struct Arrays {
    path: PathBuf,
    arrays: Vec<Array>,
    names: Vec<String>,
    rows: u64,
}

/// One array: rows of items, each with its fields.
struct Array {
    /// Where it is in an archive.
    member: Option<Member>,
    /// What it is called in the archive.
    name: String,
    header: Header,
    /// Items of a row.
    items: usize,
    /// Bytes of the header and the items.
    bytes: u64,
}

impl Arrays {
    /// Reads the header of a file of one array.
    pub(super) fn open_npy(path: &Path) -> Result<Self, DataError> {
        let (file, length) = open(path)?;
        let array = Array::read(path, None, String::new(), &mut BufReader::new(file), length)?;
        Self::of(path, vec![array])
    }

    /// Reads the headers of an archive, and checks the sums of its files.
    pub(super) fn open_npz(path: &Path) -> Result<Self, DataError> {
        let mut archive = archive(path)?;
        let mut arrays = Vec::new();
        for member in members(path, &mut archive)? {
            check(path, &mut archive, &member, &mut |_| Ok(()))?;
            // As NumPy does, which does not look at files of other names.
            let Some(name) = array_name_from_file_name(&member.name).map(str::to_owned) else { continue };
            let bytes = member.bytes;
            let mut contents = contents(path, &mut archive, &member)?;
            arrays.push(Array::read(path, Some(member), name, &mut contents, bytes)?);
        }
        Self::of(path, arrays)
    }

    fn of(path: &Path, arrays: Vec<Array>) -> Result<Self, DataError> {
        let no_table = |reason: String| error(path, TableProblem::NoTable { reason });
        let Some(first) = arrays.first() else { return Err(no_table("there is no array in it".to_owned())) };
        let rows = first.header.shape[0];
        if let Some(other) = arrays.iter().find(|array| array.header.shape[0] != rows) {
            let [a, b] = [first, other].map(|array| (&array.name, array.header.shape[0]));
            return Err(no_table(format!("{:?} has {} rows, but {:?} has {}", a.0, a.1, b.0, b.1)));
        }
        let columns: u64 = arrays.iter().map(|array| (array.items * array.header.fields.len()) as u64).sum();
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
        // Each array has the archive for itself: they are read side by side.
        let mut archives = Vec::with_capacity(self.arrays.len());
        for array in &self.arrays {
            archives.push(array.member.as_ref().map(|_| archive(&self.path)).transpose()?);
        }
        let mut readers = Vec::with_capacity(self.arrays.len());
        for (array, archive) in self.arrays.iter().zip(&mut archives) {
            readers.push(array.rows(&self.path, archive, self.rows)?);
        }
        for row in 1..=self.rows {
            let mut cells: Vec<Cell<'static>> = Vec::with_capacity(self.names.len());
            for (array, reader) in self.arrays.iter().zip(&mut readers) {
                let items = reader.row(row - 1).map_err(|failed| array.failed(&self.path, failed))?;
                for item in items.chunks_exact(array.header.size) {
                    for field in &array.header.fields {
                        let cell = field.item.cell(&item[field.at..field.at + field.size]);
                        cells.push(cell.map_err(|_| {
                            let reason =
                                format!("row {row}, column {:?} is no text", self.names[cells.len()]);
                            error(&self.path, TableProblem::Damaged { format: "array", reason })
                        })?);
                    }
                }
            }
            let cells: Vec<CellValue<'_>> = cells.iter().map(Cell::value).collect();
            each(RowPlace { row: row as usize, line: 0 }, &cells)?;
        }
        Ok(())
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(&self.path)
    }
}

impl Array {
    /// Reads the header, and compares it with the bytes that are there.
    fn read(
        path: &Path,
        member: Option<Member>,
        name: String,
        contents: &mut dyn Read,
        bytes: u64,
    ) -> Result<Self, DataError> {
        let called = if name.is_empty() { "the array".to_owned() } else { format!("the array {name:?}") };
        let header = Header::read(contents).map_err(|failed| match failed {
            Unreadable::Io(failed) => read_error(path, &name, failed),
            Unreadable::Type(kind) => {
                let reason = format!("{called} holds items of the type {kind}");
                error(path, TableProblem::NoTable { reason })
            }
        })?;
        let no_table = |reason: String| Err(error(path, TableProblem::NoTable { reason }));
        let items = match header.shape.as_slice() {
            [_] => 1,
            [_, items] if header.fields.len() == 1 && *items <= MAX_COLUMNS => *items as usize,
            shape => return no_table(format!("{called} has the shape {shape:?}, rows and columns are two")),
        };
        if items == 0 || header.size == 0 {
            return no_table(format!("{called} has rows of no bytes"));
        }
        if header.bytes().and_then(|items| items.checked_add(header.length)) != Some(bytes) {
            let reason = format!("its header and items have not the {bytes} bytes that it has");
            return Err(error(path, TableProblem::Damaged { format: "array", reason }));
        }
        Ok(Self { member, name, header, items, bytes })
    }

    fn names(&self) -> Vec<String> {
        let array = &self.name;
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
    fn rows<'a>(
        &self,
        path: &Path,
        archive: &'a mut Option<Archive>,
        rows: u64,
    ) -> Result<Rows<'a>, DataError> {
        let contents: Box<dyn Read + 'a> = match (archive, &self.member) {
            (Some(archive), Some(member)) => Box::new(contents(path, archive, member)?),
            _ => Box::new(open(path)?.0) as Box<dyn Read>,
        };
        let mut contents = BufReader::with_capacity(1 << 16, contents);
        let failed = |failed| self.failed(path, failed);
        io::copy(&mut (&mut contents).take(self.header.length), &mut io::sink()).map_err(failed)?;
        // Without rows nothing bounds their length.
        let row = if rows == 0 { 0 } else { self.items * self.header.size };
        if self.header.fortran && self.items > 1 {
            let bytes = self.bytes - self.header.length;
            return Rows::of_columns(path, contents, bytes, row, self.header.size);
        }
        Ok(Rows::of_stream(contents, row))
    }

    fn failed(&self, path: &Path, failed: io::Error) -> DataError {
        read_error(path, &self.name, failed)
    }
}

/// An error that has no number of the operating system is about the contents.
fn read_error(path: &Path, name: &str, failed: io::Error) -> DataError {
    match failed.raw_os_error() {
        Some(_) => DataError::read(path, failed),
        None => {
            let place = if name.is_empty() { String::new() } else { format!("{name:?}: ") };
            let reason = format!("{place}{failed}");
            error(path, TableProblem::Damaged { format: "array", reason })
        }
    }
}

fn error(path: &Path, problem: TableProblem) -> DataError {
    table_error(FilePosition::file(path), problem)
}
