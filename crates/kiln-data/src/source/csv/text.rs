//! The text of a file: unpacked, and as UTF-8.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::decoder::Decoder;
use super::encoding::{Encoding, Utf8Evidence};
use super::packing::{Contents, Packing, peek, unpacked};
use super::problem::CsvProblem;
use crate::source::files::open;
use crate::source::table::csv_error;
use crate::{DataError, FilePosition};

/// So much is read at once for a decoder.
const RAW: usize = 1 << 16;

/// Reads the text of a file from its start. What comes from UTF-8 is not checked.
pub(crate) struct Text {
    path: PathBuf,
    pub(crate) packing: Packing,
    pub(crate) encoding: Encoding,
    contents: Contents,
    decoder: Option<Decoder>,
    raw: Vec<u8>,
}

impl Text {
    /// Opens a file. Its encoding is told by its first bytes, or `known` where they tell nothing.
    pub(crate) fn open(path: &Path, known: Encoding) -> Result<Self, DataError> {
        let failed = |error| DataError::read(path, error);
        let (packing, contents) = unpacked(open(path)?.0).map_err(failed)?;
        let contents = contents.map_err(|problem| csv_error(FilePosition::file(path), problem))?;
        Self::of(path, contents, packing, known)
    }

    /// Text that is in memory, and that errors call `path`.
    #[cfg(test)]
    pub(crate) fn in_memory(path: &Path, text: Vec<u8>) -> Result<Self, DataError> {
        Self::of(path, Box::new(io::Cursor::new(text)), Packing::Plain, Encoding::Utf8)
    }

    fn of(path: &Path, contents: Contents, packing: Packing, known: Encoding) -> Result<Self, DataError> {
        let (head, mut contents) = peek::<4>(contents).map_err(|error| damaged(path, packing, error))?;
        let (found, mark) = Encoding::of(&head);
        let encoding = if mark == 0 && found == Encoding::Utf8 { known } else { found };
        let mut skipped = [0; 3];
        contents.read_exact(&mut skipped[..mark]).map_err(|error| damaged(path, packing, error))?;
        let decoder =
            Decoder::of(encoding).map_err(|problem| csv_error(FilePosition::file(path), problem))?;
        Ok(Self { path: path.to_owned(), packing, encoding, contents, decoder, raw: Vec::new() })
    }

    /// Adds text to `to` until it has `wanted` bytes or more. False at the end of the file.
    pub(crate) fn read(&mut self, to: &mut Vec<u8>, wanted: usize) -> Result<bool, DataError> {
        while to.len() < wanted {
            let more = match self.decoder {
                None => self.read_plain(to, wanted),
                Some(_) => self.read_decoded(to),
            };
            if !more.map_err(|error| damaged(&self.path, self.packing, error))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn read_plain(&mut self, to: &mut Vec<u8>, wanted: usize) -> io::Result<bool> {
        let mut filled = to.len();
        to.resize(wanted, 0);
        let mut result = Ok(true);
        while filled < wanted && matches!(result, Ok(true)) {
            result = read_some(&mut self.contents, &mut to[filled..]).map(|count| {
                filled += count;
                count > 0
            });
        }
        to.truncate(filled);
        result
    }

    fn read_decoded(&mut self, to: &mut Vec<u8>) -> io::Result<bool> {
        let Some(decoder) = &mut self.decoder else { return Ok(false) };
        self.raw.resize(RAW, 0);
        let count = read_some(&mut self.contents, &mut self.raw)?;
        decoder.decode(&self.raw[..count], to)?;
        if count == 0 {
            self.decoder = None;
        }
        Ok(count > 0)
    }
}

/// Whether a file that is no UTF-8 is in Windows-1252, by all of it.
pub(crate) fn is_windows_1252(path: &Path) -> Result<bool, DataError> {
    let mut text = Text::open(path, Encoding::Utf8)?;
    if text.encoding != Encoding::Utf8 {
        return Ok(false);
    }
    let (mut evidence, mut bytes) = (Utf8Evidence::default(), Vec::new());
    while text.read(&mut bytes, 1 << 20)? {
        let cut = evidence.add(&bytes);
        bytes.drain(..bytes.len() - cut);
    }
    evidence.add(&bytes);
    Ok(evidence.is_windows_1252())
}

/// As many bytes as there are at once.
fn read_some(contents: &mut Contents, to: &mut [u8]) -> io::Result<usize> {
    loop {
        match contents.read(to) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            read => return read,
        }
    }
}

/// An error that has no number of the operating system comes from the decompressor or the decoder.
fn damaged(path: &Path, packing: Packing, error: io::Error) -> DataError {
    if error.raw_os_error().is_some() {
        return DataError::read(path, error);
    }
    let problem = match packing {
        Packing::Plain => CsvProblem::Damaged { what: "UTF-16", reason: error.to_string() },
        _ => CsvProblem::Damaged { what: packing.name(), reason: error.to_string() },
    };
    csv_error(FilePosition::file(path), problem)
}
