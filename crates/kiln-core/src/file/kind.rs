//! What a path leads to. A question that the system does not answer is an error, never a no.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind};
use std::path::Path;

/// What a path leads to, links followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathKind {
    /// Nothing.
    Missing,
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A pipe: it is read once, and whoever opens it waits for its writer.
    Pipe,
    /// A device or a socket.
    Other,
}

impl PathKind {
    /// What `path` leads to.
    ///
    /// ```
    /// use kiln_core::file::PathKind;
    ///
    /// assert_eq!(PathKind::of(&std::env::temp_dir())?, PathKind::Folder);
    /// assert_eq!(PathKind::of("no such file".as_ref())?, PathKind::Missing);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    /// What the operating system says, unless it says that nothing is there: no permission, a disk that does not answer.
    pub fn of(path: &Path) -> io::Result<Self> {
        match fs::metadata(path) {
            Ok(metadata) => Ok(Self::of_metadata(&metadata)),
            Err(error) if says_missing(&error) => Ok(Self::Missing),
            Err(error) => Err(error),
        }
    }

    pub(super) fn of_metadata(metadata: &Metadata) -> Self {
        if metadata.is_file() {
            Self::File
        } else if metadata.is_dir() {
            Self::Folder
        } else if is_pipe(metadata) {
            Self::Pipe
        } else {
            Self::Other
        }
    }
}

/// Whether `path` leads to a regular file.
///
/// # Errors
/// As [`PathKind::of`].
pub fn is_file(path: &Path) -> io::Result<bool> {
    Ok(PathKind::of(path)? == PathKind::File)
}

/// Whether `path` leads to a folder.
///
/// # Errors
/// As [`PathKind::of`].
pub fn is_folder(path: &Path) -> io::Result<bool> {
    Ok(PathKind::of(path)? == PathKind::Folder)
}

/// Whether an error says that nothing has this name, or that nothing can have it. Any other error of the system (no
/// permission, no file descriptor left, a disk that fails) leaves open what is there.
pub fn says_missing(error: &io::Error) -> bool {
    // A name with a zero byte comes back without a number of the system.
    let impossible = error.kind() == ErrorKind::InvalidInput && error.raw_os_error().is_none();
    impossible
        || matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename)
}

/// Whether two paths lead to the same file, through whatever links.
///
/// # Errors
/// As [`PathKind::of`].
pub fn is_same_file(one: &Path, other: &Path) -> io::Result<bool> {
    let metadata = |path: &Path| match fs::metadata(path) {
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if says_missing(&error) => Ok(None),
        Err(error) => Err(error),
    };
    let (Some(first), Some(second)) = (metadata(one)?, metadata(other)?) else { return Ok(false) };
    match (identity(&first), identity(&second)) {
        (Some(first), Some(second)) => Ok(first == second),
        _ => Ok(one.canonicalize()? == other.canonicalize()?),
    }
}

/// The number of a file on its disk, where the system has one.
pub(super) fn identity(metadata: &Metadata) -> Option<(u64, u64)> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Some((metadata.dev(), metadata.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        None
    }
}

fn is_pipe(metadata: &Metadata) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        metadata.file_type().is_fifo()
    }
    #[cfg(not(unix))]
    {
        let _ = metadata;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_is_not_an_error_and_all_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a");
        fs::write(&file, "a").unwrap();
        let kind = |path: &Path| PathKind::of(path).unwrap();
        assert_eq!(kind(&file), PathKind::File);
        assert_eq!(kind(folder.path()), PathKind::Folder);
        for missing in ["none", "a/none", "\0"] {
            assert_eq!(kind(&folder.path().join(missing)), PathKind::Missing, "{missing:?}");
        }
        assert_eq!(kind(&folder.path().join("x".repeat(5000))), PathKind::Missing);
        for number in [libc_numbers::EACCES, libc_numbers::EIO, libc_numbers::EMFILE] {
            assert!(!says_missing(&io::Error::from_raw_os_error(number)), "{number}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_of_both_kinds_are_the_same_file_and_a_loop_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let [file, hard, soft, other, round] =
            ["a", "hard", "soft", "other", "round"].map(|name| folder.path().join(name));
        fs::write(&file, "a").unwrap();
        fs::write(&other, "a").unwrap();
        fs::hard_link(&file, &hard).unwrap();
        std::os::unix::fs::symlink(&file, &soft).unwrap();
        std::os::unix::fs::symlink(&round, &round).unwrap();
        assert!(is_same_file(&file, &hard).unwrap() && is_same_file(&soft, &hard).unwrap());
        assert!(!is_same_file(&file, &other).unwrap());
        assert!(!is_same_file(&file, &folder.path().join("none")).unwrap());
        assert!(PathKind::of(&round).is_err() && is_file(&round).is_err() && is_folder(&round).is_err());
        assert_eq!(PathKind::of(Path::new("/dev/null")).unwrap(), PathKind::Other);
    }

    /// As Linux and macOS number them.
    mod libc_numbers {
        pub(super) const EACCES: i32 = 13;
        pub(super) const EIO: i32 = 5;
        pub(super) const EMFILE: i32 = 24;
    }
}
