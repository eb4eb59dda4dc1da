//! Parquet files.
//!
//! The crate makes room for what a page says that it unpacks to, and for the values that it says it has. Both are compared with
//! the file before the crate looks at the page.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, Length};

use super::column::names;
use super::page::Sizes;
use super::rows_of;
use crate::source::files::open;
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::source::typed::failed::table_error;
use crate::source::typed::guard::guarded;
use crate::source::typed::problem::TableProblem;
use crate::{DataError, FilePosition};

/// What a damaged one is called.
const FORMAT: &str = "Parquet file";
/// Rows that are unpacked at once.
const BATCH: usize = 1024;

/// A file whose columns are known.
#[derive(Debug)]
pub(in crate::source::typed) struct Parquet {
    path: PathBuf,
    names: Vec<String>,
}

impl Parquet {
    /// Reads the schema.
    pub(in crate::source::typed) fn open(path: &Path) -> Result<Self, DataError> {
        guarded(path, FORMAT, || {
            let builder = builder(path)?;
            let chunks = builder.metadata().row_groups().iter().flat_map(|rows| rows.columns());
            let mut packed = chunks.map(|chunk| chunk.compression());
            if let Some(packing) = packed.find(|how| matches!(how, Compression::BROTLI(_) | Compression::LZO))
            {
                let how = if packing == Compression::LZO { "LZO" } else { "Brotli" };
                let reason = format!("its columns are packed by {how}, not by zstd or snappy");
                return Err(table_error(FilePosition::file(path), TableProblem::NoTable { reason }));
            }
            let names =
                names(builder.schema()).map_err(|problem| table_error(FilePosition::file(path), problem))?;
            Ok(Self { path: path.to_owned(), names })
        })
    }
}

impl RowSource for Parquet {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        let path = self.path.as_path();
        guarded(path, FORMAT, || {
            let builder = builder(path)?;
            let mut place = RowPlace::default();
            for batch in builder.with_batch_size(BATCH).build().map_err(|error| damaged(path, &error))? {
                let batch = batch.map_err(|error| damaged(path, &error.into()))?;
                rows_of(path, &batch, self.names.len(), &mut place, each)?;
            }
            Ok(())
        })
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(&self.path)
    }
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<Pages>, DataError> {
    let (file, length) = open(path)?;
    ParquetRecordBatchReaderBuilder::try_new(Pages { file, length }).map_err(|error| damaged(path, &error))
}

/// The crate gives an error of the operating system as text: the file can be read, or it could not have been opened.
fn damaged(path: &Path, error: &ParquetError) -> DataError {
    let problem = TableProblem::Damaged { format: FORMAT, reason: error.to_string() };
    table_error(FilePosition::file(path), problem)
}

/// A file whose pages are looked at first.
struct Pages {
    file: File,
    length: u64,
}

/// Bytes of the end of the file: the length of what it says of itself, and the magic number.
const END: u64 = 8;
/// The most bytes of the beginning of a page up to the number of its values.
const BEGINNING: u64 = 64;

impl Length for Pages {
    fn len(&self) -> u64 {
        self.length
    }
}

impl ChunkReader for Pages {
    type T = BufReader<File>;

    /// What is read bit by bit is the end of the file, or a page.
    fn get_read(&self, start: u64) -> ParquetResult<Self::T> {
        if start + END != self.length {
            let mut file = self.file.get_read(start)?;
            let mut beginning = Vec::new();
            (&mut file).take(BEGINNING).read_to_end(&mut beginning)?;
            Sizes::read(&beginning).and_then(|sizes| sizes.check(self.length))?;
        }
        self.file.get_read(start)
    }

    fn get_bytes(&self, start: u64, length: usize) -> ParquetResult<Bytes> {
        self.file.get_bytes(start, length)
    }
}
