//! Regular files, read as a whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::kind::{PathKind, says_missing};

/// Opens a regular file, which comes with its length. What is no file is refused without being opened: a pipe would wait
/// for its writer, and a device has no end.
///
/// # Errors
/// Whatever the operating system says, and an error without a number of the system for what is no regular file:
/// [`is_refusal`] tells them apart.
pub fn open(path: &Path) -> io::Result<(File, u64)> {
    must_be_file(PathKind::of_metadata(&fs::metadata(path)?))?;
    let file = File::open(path)?;
    // Something else may have taken its place.
    let metadata = file.metadata()?;
    must_be_file(PathKind::of_metadata(&metadata))?;
    Ok((file, metadata.len()))
}

/// Reads a regular file, of which nothing is read beyond the length that it has when it is opened.
///
/// # Errors
/// As [`open`]; and a file that is longer than memory.
pub fn read(path: &Path) -> io::Result<Vec<u8>> {
    let (file, length) = open(path)?;
    read_open(file, length)
}

/// Reads at most `length` bytes of an open file, for which memory is reserved once.
///
/// # Errors
/// Whatever the operating system says, and more bytes than there is memory.
pub fn read_open(file: File, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let wanted = usize::try_from(length).map_err(|_| io::Error::from(ErrorKind::OutOfMemory))?;
    bytes.try_reserve_exact(wanted).map_err(|_| io::Error::from(ErrorKind::OutOfMemory))?;
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Whether an error is the system's refusal to read something that may well be there and whole: no permission, no file
/// descriptor left, a disk that fails. Not that nothing is there, or something that is no file.
///
/// ```
/// use kiln_core::file::{is_refusal, open};
///
/// assert!(!is_refusal(&open("no such file".as_ref()).unwrap_err()));
/// assert!(!is_refusal(&open(&std::env::temp_dir()).unwrap_err()));
/// ```
pub fn is_refusal(error: &io::Error) -> bool {
    let kind = error.kind();
    kind == ErrorKind::OutOfMemory
        || (error.raw_os_error().is_some() && kind != ErrorKind::IsADirectory && !says_missing(error))
}

fn must_be_file(kind: PathKind) -> io::Result<()> {
    let what = match kind {
        PathKind::File => return Ok(()),
        PathKind::Folder => "it is a folder, not a file",
        PathKind::Pipe => "it is a pipe, not a file",
        PathKind::Missing | PathKind::Other => "it is not a regular file",
    };
    Err(io::Error::new(ErrorKind::InvalidData, what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "abc").unwrap();
        assert_eq!(read(&path).unwrap(), b"abc");
        assert_eq!(open(&path).unwrap().1, 3);
        let error = read(folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "it is a folder, not a file");
        assert!(!is_refusal(&error) && !is_refusal(&read(&folder.path().join("none")).unwrap_err()));
        assert!(
            is_refusal(&io::Error::from_raw_os_error(5)) && is_refusal(&io::Error::from_raw_os_error(24))
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_device_without_an_end_and_a_pipe_without_a_writer_are_refused_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("model.safetensors");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert_eq!(read(&link).unwrap_err().to_string(), "it is not a regular file");
        let pipe = folder.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        assert_eq!(read(&pipe).unwrap_err().to_string(), "it is a pipe, not a file");
    }
}
