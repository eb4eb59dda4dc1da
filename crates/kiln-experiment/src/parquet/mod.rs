//! A Parquet file (<https://parquet.apache.org/docs/file-format/>) of required columns: plain pages without compression, which
//! every reader knows.
//!
//! It is no crate: `parquet` compiles 40 crates more, which the program has only with a feature, and predictions and metrics are
//! written in every build. That crate reads these files in the tests of formats.

mod cell;
mod thrift;

use std::io::{self, Write};

pub(crate) use cell::{Cell, Field, FieldKind};
use thrift::Struct;

const MAGIC: &[u8; 4] = b"PAR1";
/// Rows of a row group.
const GROUP: u32 = 1 << 16;
/// A row group ends, too, when a column has so many bytes: a page holds 2 GiB at most.
const LARGEST: usize = 1 << 26;

const PLAIN: i32 = 0;
const RLE: i32 = 3;
const UTF8: i32 = 0;
const REQUIRED: i32 = 0;
const DATA_PAGE: i32 = 0;
const UNCOMPRESSED: i32 = 0;

/// Writes rows, in groups that are kept in memory until they are full.
#[derive(Debug)]
pub(crate) struct ParquetWriter<W> {
    out: W,
    /// What the table is called.
    name: &'static str,
    written: u64,
    fields: Vec<Field>,
    /// The values of each column that are not written yet.
    pages: Vec<Vec<u8>>,
    rows: u32,
    groups: Vec<Group>,
}

/// A row group that is written.
#[derive(Debug)]
struct Group {
    rows: u32,
    /// Where each column begins, and how many bytes it has.
    columns: Vec<(u64, u64)>,
}

impl<W: Write> ParquetWriter<W> {
    pub(crate) fn new(mut out: W, name: &'static str, fields: Vec<Field>) -> io::Result<Self> {
        out.write_all(MAGIC)?;
        let pages = vec![Vec::new(); fields.len()];
        Ok(Self { out, name, written: MAGIC.len() as u64, fields, pages, rows: 0, groups: Vec::new() })
    }

    /// Adds a row: a cell for each field.
    pub(crate) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        for (page, cell) in self.pages.iter_mut().zip(cells) {
            match cell {
                Cell::Whole(number) => page.extend_from_slice(&(*number as i64).to_le_bytes()),
                Cell::Number(number) => page.extend_from_slice(&number.to_le_bytes()),
                Cell::Text(text) => {
                    page.extend_from_slice(&(text.len() as u32).to_le_bytes());
                    page.extend_from_slice(text.as_bytes());
                }
            }
        }
        self.rows += 1;
        if self.rows == GROUP || self.pages.iter().any(|page| page.len() > LARGEST) {
            self.group()?;
        }
        Ok(())
    }

    fn group(&mut self) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let mut columns = Vec::with_capacity(self.fields.len());
        for page in &mut self.pages {
            let (values, size) = (rows as i32, page.len() as i32);
            let about = Struct::new().i32(1, values).i32(2, PLAIN).i32(3, RLE).i32(4, RLE);
            let header = Struct::new().i32(1, DATA_PAGE).i32(2, size).i32(3, size).inner(5, about).finish();
            self.out.write_all(&header)?;
            self.out.write_all(page)?;
            let bytes = (header.len() + page.len()) as u64;
            columns.push((self.written, bytes));
            self.written += bytes;
            page.clear();
        }
        self.groups.push(Group { rows, columns });
        Ok(())
    }

    /// Writes what is left, and what the file holds.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        if self.rows > 0 {
            self.group()?;
        }
        let metadata = self.metadata().finish();
        self.out.write_all(&metadata)?;
        self.out.write_all(&(metadata.len() as u32).to_le_bytes())?;
        self.out.write_all(MAGIC)?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn metadata(&self) -> Struct {
        let root = Struct::new().text(4, self.name).i32(5, self.fields.len() as i32);
        let schema = std::iter::once(root).chain(self.fields.iter().map(element)).collect();
        let rows = self.groups.iter().map(|group| i64::from(group.rows)).sum();
        let groups = self.groups.iter().map(|group| self.about(group)).collect();
        Struct::new().i32(1, 1).structs(2, schema).i64(3, rows).structs(4, groups).text(6, "kiln")
    }

    fn about(&self, group: &Group) -> Struct {
        let chunk = |(field, (offset, bytes)): (&Field, &(u64, u64))| {
            let (offset, bytes) = (*offset as i64, *bytes as i64);
            let about = Struct::new()
                .i32(1, physical(field.kind))
                .i32s(2, &[PLAIN, RLE])
                .texts(3, &[&field.name])
                .i32(4, UNCOMPRESSED)
                .i64(5, i64::from(group.rows))
                .i64(6, bytes)
                .i64(7, bytes)
                .i64(9, offset);
            Struct::new().i64(2, offset).inner(3, about)
        };
        let size: u64 = group.columns.iter().map(|(_, bytes)| bytes).sum();
        let chunks = self.fields.iter().zip(&group.columns).map(chunk).collect();
        Struct::new().structs(1, chunks).i64(2, size as i64).i64(3, i64::from(group.rows))
    }
}

/// What the schema says of a column.
fn element(field: &Field) -> Struct {
    let element = Struct::new().i32(1, physical(field.kind)).i32(3, REQUIRED).text(4, &field.name);
    match field.kind {
        // The old way to say that it is text, and the new one.
        FieldKind::Text => element.i32(6, UTF8).inner(10, Struct::new().inner(1, Struct::new())),
        FieldKind::Whole | FieldKind::Number => element,
    }
}

/// The type of the values: INT64, DOUBLE or BYTE_ARRAY.
fn physical(kind: FieldKind) -> i32 {
    match kind {
        FieldKind::Whole => 2,
        FieldKind::Number => 5,
        FieldKind::Text => 6,
    }
}
