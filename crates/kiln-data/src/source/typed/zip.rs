//! Archives: which files are in them, and where. Every number is checked against the length of the archive.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::path::Path;

use super::failed::table_error;
use super::problem::TableProblem;
use crate::source::files::open;
use crate::{DataError, FilePosition};

/// The most bytes of the directory of an archive, which has a line for each file.
const MAX_DIRECTORY: u64 = 1 << 24;
/// DEFLATE cannot expand a byte to more than this (zlib's manual, "Maximum Expansion Factor").
const MAX_EXPANSION: u64 = 1032;

/// A part of a file that holds the contents of one in an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    /// What it is called in the archive.
    pub(super) name: String,
    /// Bytes of its contents, as the archive declares them.
    pub(super) bytes: u64,
    /// Where it begins, and how many bytes it has in the archive.
    at: u64,
    packed: u64,
    deflated: bool,
    /// Of the contents.
    crc: Option<u32>,
}

impl Member {
    /// A file that is in no archive.
    pub(super) fn whole(length: u64) -> Self {
        Self { name: String::new(), bytes: length, at: 0, packed: length, deflated: false, crc: None }
    }

    /// The contents, from their beginning.
    pub(super) fn open(&self, path: &Path) -> Result<Contents, DataError> {
        let failed = |error| DataError::read(path, error);
        let (mut file, _) = open(path)?;
        file.seek(SeekFrom::Start(self.at)).map_err(failed)?;
        let part = BufReader::with_capacity(1 << 16, file.take(self.packed));
        if !self.deflated {
            return Ok(Contents::Stored(part));
        }
        #[cfg(feature = "gzip")]
        let contents = Ok(Contents::Deflated(Box::new(flate2::bufread::DeflateDecoder::new(part))));
        #[cfg(not(feature = "gzip"))]
        let contents = Err(table_error(
            FilePosition::file(path),
            TableProblem::NotBuilt { format: "compressed .npz", feature: "gzip" },
        ));
        contents
    }

    /// Reads the contents once: they must be as many bytes as are declared, with the declared sum.
    pub(super) fn check(&self, path: &Path) -> Result<(), DataError> {
        let Some(crc) = self.crc else { return Ok(()) };
        let mut contents = self.open(path)?.take(self.bytes.saturating_add(1));
        let (mut sum, mut bytes, mut buffer) = (Crc::new(), 0, [0; 1 << 14]);
        loop {
            let read = contents.read(&mut buffer).map_err(|error| self.damaged(path, error))?;
            if read == 0 {
                break;
            }
            sum.add(&buffer[..read]);
            bytes += read as u64;
        }
        let reason = if bytes != self.bytes {
            format!("{:?} does not hold the {} bytes that are declared", self.name, self.bytes)
        } else if sum.finish() != crc {
            format!("the contents of {:?} do not match their sum", self.name)
        } else {
            return Ok(());
        };
        Err(damaged(path, reason))
    }

    /// An error that has no number of the operating system comes from the decompressor.
    pub(super) fn damaged(&self, path: &Path, error: io::Error) -> DataError {
        match error.raw_os_error() {
            Some(_) => DataError::read(path, error),
            None if self.name.is_empty() => damaged(path, error.to_string()),
            None => damaged(path, format!("{:?}: {error}", self.name)),
        }
    }
}

/// The contents of a member as they are read.
pub(super) enum Contents {
    Stored(BufReader<Take<File>>),
    #[cfg(feature = "gzip")]
    Deflated(Box<flate2::bufread::DeflateDecoder<BufReader<Take<File>>>>),
}

impl Read for Contents {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(part) => part.read(buffer),
            #[cfg(feature = "gzip")]
            Self::Deflated(part) => part.read(buffer),
        }
    }
}

/// The files in an archive, in the order of its directory.
pub(super) fn members(path: &Path) -> Result<Vec<Member>, DataError> {
    let (mut file, length) = open(path)?;
    let directory = directory(path, &mut file, length)?;
    let mut members = Vec::new();
    let mut rest = directory.as_slice();
    while !rest.is_empty() {
        let (mut member, local, after) = entry(rest).ok_or_else(|| damaged(path, "its directory is torn"))?;
        rest = after;
        // The names in front of the contents may have another length than those in the directory.
        let mut start = [0; 30];
        let read = |file: &mut File, at: u64, bytes: &mut [u8]| {
            file.seek(SeekFrom::Start(at)).and_then(|_| file.read_exact(bytes)).map_err(|error| {
                match error.kind() {
                    io::ErrorKind::UnexpectedEof => damaged(path, "a file in it begins behind its end"),
                    _ => DataError::read(path, error),
                }
            })
        };
        if local > length {
            return Err(damaged(path, format!("{:?} does not fit in the file", member.name)));
        }
        read(&mut file, local, &mut start)?;
        if !start.starts_with(b"PK\x03\x04") {
            return Err(damaged(path, format!("{:?} does not begin where it should", member.name)));
        }
        member.at = local + 30 + u64::from(two(&start, 26)) + u64::from(two(&start, 28));
        let fits = member.at.checked_add(member.packed).is_some_and(|end| end <= length);
        let expands =
            if member.deflated { member.packed.saturating_mul(MAX_EXPANSION) } else { member.packed };
        if !fits || member.bytes > expands || (!member.deflated && member.bytes != member.packed) {
            return Err(damaged(path, format!("{:?} does not fit in the file", member.name)));
        }
        members.push(member);
    }
    Ok(members)
}

/// The bytes of the directory.
fn directory(path: &Path, file: &mut File, length: u64) -> Result<Vec<u8>, DataError> {
    let failed = |error| DataError::read(path, error);
    // The end of an archive: 22 bytes, and a comment that nobody writes. Before it, of a large archive, where the large end is.
    let tail_at = length.saturating_sub((1 << 16) + 22 + 20);
    file.seek(SeekFrom::Start(tail_at)).map_err(failed)?;
    let mut tail = Vec::new();
    file.by_ref().take(length - tail_at).read_to_end(&mut tail).map_err(failed)?;
    let end = (0..tail.len().saturating_sub(21)).rev().find(|at| tail[*at..].starts_with(b"PK\x05\x06"));
    let end = end.ok_or_else(|| damaged(path, "it has no end of an archive"))?;
    let (mut size, mut at) = (u64::from(four(&tail, end + 12)), u64::from(four(&tail, end + 16)));
    if size == u64::from(u32::MAX) || at == u64::from(u32::MAX) {
        let locator = end.checked_sub(20).filter(|at| tail[*at..].starts_with(b"PK\x06\x07"));
        let locator = locator.ok_or_else(|| damaged(path, "it has no end of a large archive"))?;
        let mut large = [0; 56];
        let read =
            file.seek(SeekFrom::Start(eight(&tail, locator + 8))).and_then(|_| file.read_exact(&mut large));
        if read.is_err() || !large.starts_with(b"PK\x06\x06") {
            return Err(damaged(path, "the end of a large archive is not where it should be"));
        }
        (size, at) = (eight(&large, 40), eight(&large, 48));
    }
    if size > MAX_DIRECTORY || at.checked_add(size).is_none_or(|end| end > length) {
        return Err(damaged(path, "its directory does not fit in the file"));
    }
    file.seek(SeekFrom::Start(at)).map_err(failed)?;
    let mut directory = Vec::new();
    file.by_ref().take(size).read_to_end(&mut directory).map_err(failed)?;
    Ok(directory)
}

/// The first entry of a directory, where its file begins, and what is behind it.
fn entry(bytes: &[u8]) -> Option<(Member, u64, &[u8])> {
    let head = bytes.get(..46).filter(|head| head.starts_with(b"PK\x01\x02"))?;
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(two(head, at)));
    let name = bytes.get(46..46 + name)?;
    let mut fields = bytes.get(46 + name.len()..46 + name.len() + extra)?;
    let rest = bytes.get(46 + name.len() + extra + comment..)?;
    let [packed, unpacked, local] = [20, 24, 42].map(|at| u64::from(four(head, at)));
    let mut numbers = [unpacked, packed, local];
    // Numbers that do not fit stand in a field of their own, in this order.
    while let Some(head) = fields.get(..4) {
        let field = fields.get(4..4 + usize::from(two(head, 2)))?;
        if two(head, 0) == 1 {
            let mut large = field.chunks_exact(8);
            for number in numbers.iter_mut().filter(|number| **number == u64::from(u32::MAX)) {
                *number = eight(large.next()?, 0);
            }
        }
        fields = &fields[4 + field.len()..];
    }
    let [bytes, packed, local] = numbers;
    let deflated = match (two(head, 10), two(head, 8) & 1) {
        (0, 0) => false,
        (8, 0) => true,
        // Encrypted, or packed in a way that nobody writes arrays in.
        _ => return None,
    };
    let name = String::from_utf8_lossy(name).into_owned();
    Some((Member { name, bytes, at: 0, packed, deflated, crc: Some(four(head, 16)) }, local, rest))
}

fn two(bytes: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn four(bytes: &[u8], at: usize) -> u32 {
    u32::from(two(bytes, at)) | u32::from(two(bytes, at + 2)) << 16
}

fn eight(bytes: &[u8], at: usize) -> u64 {
    u64::from(four(bytes, at)) | u64::from(four(bytes, at + 4)) << 32
}

fn damaged(path: &Path, reason: impl Into<String>) -> DataError {
    let problem = TableProblem::Damaged { format: "archive", reason: reason.into() };
    table_error(FilePosition::file(path), problem)
}

/// The sum of a file in an archive: CRC-32 as in ISO 3309.
struct Crc(u32);

/// What a byte changes.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let (mut value, mut bit) = (byte as u32, 0);
        while bit < 8 {
            value = if value & 1 == 1 { (value >> 1) ^ 0xedb8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
};

impl Crc {
    fn new() -> Self {
        Self(u32::MAX)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(self.0, |sum, byte| (sum >> 8) ^ TABLE[((sum ^ u32::from(*byte)) & 0xff) as usize]);
    }

    fn finish(self) -> u32 {
        !self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sum_is_that_of_the_standard() {
        let mut sum = Crc::new();
        sum.add(b"1234");
        sum.add(b"56789");
        assert_eq!(sum.finish(), 0xcbf4_3926);
    }
}
