//! Arrow IPC files: a footer that names blocks, each with a batch of rows, or values of a dictionary.
//!
//! The crate makes room for what a block says that it holds and unpacks to. Both are compared with the file before.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::convert::try_fb_to_schema;
use arrow_ipc::reader::{FileDecoder, read_footer_length};
use arrow_ipc::{Block, root_as_footer, root_as_message};
use arrow_schema::ArrowError;

use super::column::names;
use super::rows_of;
use crate::source::files::{open, reserve};
use crate::source::table::{EachRow, RowPlace, RowSource};
use crate::source::typed::failed::table_error;
use crate::source::typed::guard::{guarded, most_unpacked};
use crate::source::typed::problem::TableProblem;
use crate::{DataError, FilePosition};

/// What a damaged one is called.
const FORMAT: &str = "Arrow file";
/// Bytes of the end: the length of the footer and the magic number.
const END: u64 = 10;
/// What stands before the length of what is said of a block. Old files have the length alone.
const MARK: [u8; 4] = [0xff; 4];

/// A file whose columns are known.
#[derive(Debug)]
pub(in crate::source::typed) struct Ipc {
    path: PathBuf,
    names: Vec<String>,
}

impl Ipc {
    /// Reads the schema.
    pub(in crate::source::typed) fn open(path: &Path) -> Result<Self, DataError> {
        guarded(path, FORMAT, || {
            let names = Blocks::open(path)?.names;
            Ok(Self { path: path.to_owned(), names })
        })
    }
}

impl RowSource for Ipc {
    fn path(&self) -> &Path {
        &self.path
    }

    fn names(&self) -> &[String] {
        &self.names
    }

    fn rows(&self, each: &mut EachRow<'_>) -> Result<(), DataError> {
        let path = self.path.as_path();
        guarded(path, FORMAT, || {
            let mut blocks = Blocks::open(path)?;
            let mut place = RowPlace::default();
            for block in std::mem::take(&mut blocks.rows) {
                if let Some(batch) = blocks.batch(&block)? {
                    rows_of(path, &batch, self.names.len(), &mut place, each)?;
                }
            }
            Ok(())
        })
    }

    fn position(&self, _: RowPlace, _: Option<usize>) -> FilePosition {
        FilePosition::file(&self.path)
    }
}

/// A file whose footer and dictionaries are read.
struct Blocks<'a> {
    path: &'a Path,
    file: File,
    length: u64,
    names: Vec<String>,
    decoder: FileDecoder,
    rows: Vec<Block>,
}

impl<'a> Blocks<'a> {
    fn open(path: &'a Path) -> Result<Self, DataError> {
        let (mut file, length) = open(path)?;
        let footer = footer(path, &mut file, length)?;
        let footer = root_as_footer(&footer).map_err(|error| damaged(path, error.to_string()))?;
        let schema = footer.schema().ok_or_else(|| damaged(path, "it has no schema".to_owned()))?;
        if !schema.endianness().equals_to_target_endianness() {
            return Err(damaged(path, "its numbers have another order of bytes".to_owned()));
        }
        let schema = try_fb_to_schema(schema).map_err(|error| arrow_error(path, error))?;
        let names = names(&schema).map_err(|problem| table_error(FilePosition::file(path), problem))?;
        let rows = footer.recordBatches().map(|blocks| blocks.iter().copied().collect()).unwrap_or_default();
        let decoder = FileDecoder::new(Arc::new(schema), footer.version());
        let mut blocks = Self { path, file, length, names, decoder, rows };
        for block in footer.dictionaries().iter().flatten() {
            let bytes = blocks.read(block)?;
            blocks.decoder.read_dictionary(block, &bytes).map_err(|error| arrow_error(path, error))?;
        }
        Ok(blocks)
    }

    /// The rows of a block.
    fn batch(&mut self, block: &Block) -> Result<Option<RecordBatch>, DataError> {
        let bytes = self.read(block)?;
        self.decoder.read_record_batch(block, &bytes).map_err(|error| arrow_error(self.path, error))
    }

    /// The bytes of a block, which lies within the file and unpacks to what a file of this length may.
    fn read(&mut self, block: &Block) -> Result<Buffer, DataError> {
        let place = u64::try_from(block.offset()).ok();
        let about = usize::try_from(block.metaDataLength()).ok().filter(|about| *about > 8);
        let contents = u64::try_from(block.bodyLength()).ok();
        let (Some(place), Some(about), Some(contents)) = (place, about, contents) else {
            return Err(damaged(self.path, "a block has no place or no length".to_owned()));
        };
        let bytes = contents.saturating_add(about as u64);
        if place.saturating_add(bytes) > self.length {
            return Err(damaged(self.path, "a block ends behind the file".to_owned()));
        }
        let failed = |error| DataError::read(self.path, error);
        self.file.seek(SeekFrom::Start(place)).map_err(failed)?;
        let mut read = reserve(self.path, bytes)?;
        (&mut self.file).take(bytes).read_to_end(&mut read).map_err(failed)?;
        if read.len() as u64 != bytes {
            return Err(crate::FileError::Changed { path: self.path.to_owned() }.into());
        }
        let unpacked = unpacked(&read, about).map_err(|reason| damaged(self.path, reason))?;
        if unpacked > most_unpacked(self.length) {
            return Err(damaged(self.path, format!("a block unpacks to {unpacked} bytes")));
        }
        Ok(Buffer::from_vec(read))
    }
}

/// The footer, which lies before the end.
fn footer(path: &Path, file: &mut File, length: u64) -> Result<Vec<u8>, DataError> {
    let failed = |error| DataError::read(path, error);
    let mut end = [0; END as usize];
    let Some(before) = length.checked_sub(END) else {
        return Err(damaged(path, "it is too short".to_owned()));
    };
    file.seek(SeekFrom::Start(before)).map_err(failed)?;
    file.read_exact(&mut end).map_err(failed)?;
    let footer = read_footer_length(end).map_err(|error| arrow_error(path, error))? as u64;
    let Some(start) = before.checked_sub(footer) else {
        return Err(damaged(path, "its footer is longer than the file".to_owned()));
    };
    file.seek(SeekFrom::Start(start)).map_err(failed)?;
    let mut bytes = reserve(path, footer)?;
    file.take(footer).read_to_end(&mut bytes).map_err(failed)?;
    Ok(bytes)
}

/// What the parts of a block say that they unpack to; 0 where they are not packed. Each lies within the block, which the crate does
/// not look at. `about` bytes stand before the parts.
fn unpacked(block: &[u8], about: usize) -> Result<u64, String> {
    let prefix = if block.starts_with(&MARK) { 8 } else { 4 };
    let message = root_as_message(&block[prefix..about]).map_err(|error| error.to_string())?;
    let batch = match message.header_as_dictionary_batch() {
        Some(dictionary) => dictionary.data(),
        None => message.header_as_record_batch(),
    };
    let Some(batch) = batch else { return Err("a block holds no rows".to_owned()) };
    let mut sum = 0u64;
    for part in batch.buffers().iter().flatten() {
        let start = usize::try_from(part.offset()).ok().and_then(|offset| offset.checked_add(about));
        let length = usize::try_from(part.length()).ok();
        let part = start.and_then(|start| block.get(start..)).and_then(|rest| rest.get(..length?));
        let part = part.ok_or("a part lies behind its block")?;
        if batch.compression().is_some() && !part.is_empty() {
            let length = i64::from_le_bytes(*part.first_chunk().ok_or("a part is too short")?);
            // Below 0 it is not packed.
            sum = sum.saturating_add(u64::try_from(length).unwrap_or_default());
        }
    }
    Ok(sum)
}

fn arrow_error(path: &Path, error: ArrowError) -> DataError {
    damaged(path, error.to_string())
}

fn damaged(path: &Path, reason: String) -> DataError {
    table_error(FilePosition::file(path), TableProblem::Damaged { format: FORMAT, reason })
}
