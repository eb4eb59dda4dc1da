//! One IDX file: its header is checked against the length of the file before anything is allocated.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use super::IdxProblem;
use super::gzip::Gzip;
use crate::DataError;
use crate::source::files::open;

/// DEFLATE cannot expand a byte to more than this (zlib's manual, "Maximum Expansion Factor").
const MAX_EXPANSION: u128 = 1032;

/// Compressed contents may take twice the file and this much before they are proven to be there.
const SLACK: u128 = 16 << 20;

/// What a file must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// Three dimensions: items, height, width.
    Images,
    /// One dimension.
    Labels,
}

/// A file whose header is right and whose length can hold, or does hold, what the header declares.
pub(crate) struct IdxFile {
    pub(crate) path: PathBuf,
    /// The dimensions; the first is the number of items. None is zero.
    pub(crate) dims: Vec<u32>,
    /// Their product.
    pub(crate) bytes: u64,
    contents: Contents,
}

enum Contents {
    Plain(BufReader<File>),
    Gzip(Box<Gzip>),
}

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(file) => file.read(buffer),
            Self::Gzip(file) => file.read(buffer),
        }
    }
}

impl IdxFile {
    /// Opens a file, plain or gzip (told by its first bytes), and checks its header. Allocates no more than a buffer,
    /// whatever the header says:
    ///
    /// * plain: the declared bytes must be exactly those that follow the header;
    /// * gzip: no more than 1032 times the file, which is the most that DEFLATE can give; and where they are more
    ///   than twice the file and 16 MiB, the file is decompressed once to count them.
    pub(crate) fn open(path: &Path, what: What) -> Result<Self, DataError> {
        let (mut contents, length) = Contents::open(path)?;
        let dims = contents.header(path, what)?;
        if dims.contains(&0) {
            return Err(DataError::idx(path, IdxProblem::NoItems { dims }));
        }
        let declared: u128 = dims.iter().map(|&dim| u128::from(dim)).product();
        let header = header_len(what);
        match contents {
            Contents::Plain(_) => compare(path, declared, u128::from(length).saturating_sub(header))?,
            Contents::Gzip(_) if declared > MAX_EXPANSION * u128::from(length) => {
                return Err(DataError::idx(path, IdxProblem::Truncated { declared, found: None }));
            }
            Contents::Gzip(_) if declared > 2 * u128::from(length) + SLACK => {
                compare(path, declared, count(path, header + declared + 1)?.saturating_sub(header))?;
            }
            Contents::Gzip(_) => {}
        }
        // Every branch has bounded it by the length of a file.
        Ok(Self { path: path.to_owned(), dims, bytes: declared as u64, contents })
    }

    /// Number of items.
    pub(crate) fn items(&self) -> u32 {
        self.dims[0]
    }

    /// Appends the contents to `bytes`, which must have room for them.
    pub(crate) fn read_into(mut self, bytes: &mut Vec<u8>) -> Result<(), DataError> {
        let before = bytes.len();
        let contents = &mut self.contents;
        contents.take(self.bytes).read_to_end(bytes).map_err(|error| damaged(&self.path, error))?;
        // One byte more: none must be left, and gzip checks its sum only at the end.
        let left = contents.read(&mut [0]).map_err(|error| damaged(&self.path, error))?;
        compare(&self.path, self.bytes.into(), (bytes.len() - before + left) as u128)
    }
}

/// Whether there are as many bytes after the header as it declares.
fn compare(path: &Path, declared: u128, available: u128) -> Result<(), DataError> {
    let problem = match available.cmp(&declared) {
        Ordering::Equal => return Ok(()),
        Ordering::Less => IdxProblem::Truncated { declared, found: Some(available) },
        Ordering::Greater => IdxProblem::Trailing { declared },
    };
    Err(DataError::idx(path, problem))
}

impl Contents {
    fn open(path: &Path) -> Result<(Self, u64), DataError> {
        let (file, length) = open(path)?;
        let mut file = BufReader::with_capacity(1 << 16, file);
        let start = io::BufRead::fill_buf(&mut file).map_err(|error| DataError::read(path, error))?;
        let contents = match start {
            [0x1f, 0x8b, ..] => {
                Self::Gzip(Box::new(Gzip::new(file).map_err(|problem| DataError::idx(path, problem))?))
            }
            _ => Self::Plain(file),
        };
        Ok((contents, length))
    }

    /// Reads magic number and dimensions.
    fn header(&mut self, path: &Path, what: What) -> Result<Vec<u32>, DataError> {
        let magic: [u8; 4] = self.four_bytes(path)?;
        let (expected, name) = match what {
            What::Images => (3, "images"),
            What::Labels => (1, "labels"),
        };
        let problem = match magic {
            [0, 0, 8, found] if found == expected => {
                return (0..expected).map(|_| self.four_bytes(path).map(u32::from_be_bytes)).collect();
            }
            [0, 0, 8, found] => IdxProblem::Dimensions { found, expected, what: name },
            [0, 0, found, _] => IdxProblem::ElementType { found },
            found => IdxProblem::Magic { found },
        };
        Err(DataError::idx(path, problem))
    }

    fn four_bytes(&mut self, path: &Path) -> Result<[u8; 4], DataError> {
        let mut bytes = [0; 4];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.read(&mut bytes[filled..]).map_err(|error| damaged(path, error))? {
                0 => return Err(DataError::idx(path, IdxProblem::ShortHeader)),
                n => filled += n,
            }
        }
        Ok(bytes)
    }
}

fn header_len(what: What) -> u128 {
    match what {
        What::Images => 16,
        What::Labels => 8,
    }
}

/// Number of bytes that a compressed file really holds, counted up to `limit`.
fn count(path: &Path, limit: u128) -> Result<u128, DataError> {
    let (contents, _) = Contents::open(path)?;
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let counted = io::copy(&mut contents.take(limit), &mut io::sink());
    counted.map(u128::from).map_err(|error| damaged(path, error))
}

/// An error that has no number of the operating system comes from the decompressor.
fn damaged(path: &Path, error: io::Error) -> DataError {
    match error.raw_os_error() {
        Some(_) => DataError::read(path, error),
        None => DataError::idx(path, IdxProblem::Gzip { error }),
    }
}
