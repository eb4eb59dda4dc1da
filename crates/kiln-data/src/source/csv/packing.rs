//! Compressed files, told by their first bytes.

use std::fs::File;
use std::io::{self, Cursor, Read};

use super::problem::CsvProblem;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    /// Not at all.
    Plain,
    /// gzip, one member or several.
    Gzip,
    /// Zstandard, one frame or several.
    Zstd,
}

impl Packing {
    /// Its name.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
        }
    }
}

/// What is in a file as it is read.
pub(crate) type Contents = Box<dyn Read>;

/// The first bytes of what is read, `N` or as many as there are, and all of it again.
pub(crate) fn peek<const N: usize>(mut input: impl Read + 'static) -> io::Result<(Vec<u8>, Contents)> {
    let mut head = Vec::with_capacity(N);
    input.by_ref().take(N as u64).read_to_end(&mut head)?;
    Ok((head.clone(), Box::new(Cursor::new(head).chain(input))))
}

/// What is in a file, unpacked.
pub(crate) fn unpacked(file: File) -> io::Result<(Packing, Result<Contents, CsvProblem>)> {
    let (head, contents) = peek::<4>(file)?;
    Ok(match head.as_slice() {
        [0x1f, 0x8b, ..] => (Packing::Gzip, gunzip(contents)),
        [0x28, 0xb5, 0x2f, 0xfd] => (Packing::Zstd, unzstd(contents)),
        _ => (Packing::Plain, Ok(contents)),
    })
}

#[cfg(feature = "gzip")]
fn gunzip(contents: Contents) -> Result<Contents, CsvProblem> {
    let buffered = io::BufReader::with_capacity(1 << 16, contents);
    Ok(Box::new(flate2::bufread::MultiGzDecoder::new(buffered)))
}

#[cfg(not(feature = "gzip"))]
fn gunzip(_: Contents) -> Result<Contents, CsvProblem> {
    Err(CsvProblem::Packed { packing: Packing::Gzip.name() })
}

#[cfg(feature = "zstd")]
fn unzstd(contents: Contents) -> Result<Contents, CsvProblem> {
    Ok(Box::new(Frames { contents: Some(io::BufReader::with_capacity(1 << 16, contents)), frame: None }))
}

#[cfg(not(feature = "zstd"))]
fn unzstd(_: Contents) -> Result<Contents, CsvProblem> {
    Err(CsvProblem::Packed { packing: Packing::Zstd.name() })
}

/// The frames of a Zstandard file, one after the other.
#[cfg(feature = "zstd")]
struct Frames {
    /// What comes behind the frame, while none is read.
    contents: Option<io::BufReader<Contents>>,
    frame:
        Option<ruzstd::decoding::StreamingDecoder<io::BufReader<Contents>, ruzstd::decoding::FrameDecoder>>,
}

#[cfg(feature = "zstd")]
impl Read for Frames {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if let Some(frame) = &mut self.frame {
                let count = frame.read(buffer)?;
                if count > 0 || buffer.is_empty() {
                    return Ok(count);
                }
                self.contents = self.frame.take().map(ruzstd::decoding::StreamingDecoder::into_inner);
            }
            let Some(mut contents) = self.contents.take() else { return Ok(0) };
            if io::BufRead::fill_buf(&mut contents)?.is_empty() {
                return Ok(0);
            }
            let frame = ruzstd::decoding::StreamingDecoder::new(contents);
            self.frame =
                Some(frame.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error.to_string()))?);
        }
    }
}
