//! Files that are ZIP archives, by the crate `zip`. What the archive says of its files is checked before it is believed.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::failed::table_error;
use super::problem::TableProblem;
use crate::source::files::open;
use crate::{DataError, FilePosition};

/// An archive whose directory is read.
pub(super) type Archive = ZipArchive<BufReader<File>>;

/// A file of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) index: usize,
    pub(super) name: String,
    /// Bytes of its contents, as the archive declares them.
    pub(super) bytes: u64,
}

/// Opens an archive.
pub(super) fn archive(path: &Path) -> Result<Archive, DataError> {
    let (file, _) = open(path)?;
    Archive::new(BufReader::new(file)).map_err(|error| zip_error(path, error))
}

/// The files of an archive, in the order of its directory.
pub(super) fn members(path: &Path, archive: &mut Archive) -> Result<Vec<Member>, DataError> {
    let mut members = Vec::new();
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|error| zip_error(path, error))?;
        let name = file.name().map_err(|error| zip_error(path, error))?.into_owned();
        if file.is_file() {
            members.push(Member { index, name, bytes: file.size() });
        }
    }
    Ok(members)
}

/// The contents of a file.
pub(super) fn contents<'a>(
    path: &Path,
    archive: &'a mut Archive,
    member: &Member,
) -> Result<ZipFile<'a, BufReader<File>>, DataError> {
    archive.by_index(member.index).map_err(|error| zip_error(path, error))
}

/// Gives the contents of a file to `look`, piece by piece. They must be as many bytes as are declared, with the declared sum.
pub(super) fn check(
    path: &Path,
    archive: &mut Archive,
    member: &Member,
    look: &mut dyn FnMut(&[u8]) -> Result<(), TableProblem>,
) -> Result<(), DataError> {
    let mut contents = contents(path, archive, member)?.take(member.bytes.saturating_add(1));
    let (mut bytes, mut buffer) = (0, [0; 1 << 14]);
    loop {
        let read = contents.read(&mut buffer).map_err(|error| read_error(path, &member.name, error))?;
        if read == 0 {
            break;
        }
        look(&buffer[..read]).map_err(|problem| table_error(FilePosition::file(path), problem))?;
        bytes += read as u64;
    }
    match bytes == member.bytes {
        true => Ok(()),
        false => {
            let reason =
                format!("{:?} does not hold the {} bytes that are declared", member.name, member.bytes);
            Err(damaged(path, reason))
        }
    }
}

/// An error that has no number of the operating system comes from the decompressor.
pub(super) fn read_error(path: &Path, name: &str, error: io::Error) -> DataError {
    match error.raw_os_error() {
        Some(_) => DataError::read(path, error),
        None => damaged(path, format!("{name:?}: {error}")),
    }
}

fn zip_error(path: &Path, error: ZipError) -> DataError {
    match error {
        ZipError::Io(error) if error.raw_os_error().is_some() => DataError::read(path, error),
        error => damaged(path, error.to_string()),
    }
}

fn damaged(path: &Path, reason: String) -> DataError {
    table_error(FilePosition::file(path), TableProblem::Damaged { format: "archive", reason })
}
