//! Files that are either there as a whole or not at all.

mod durable;
mod folder;
mod kind;
mod read;
mod sync;
mod temporary;

use std::fs;
use std::io::{self, Write};
use std::path::Path;

pub use durable::DurableFile;
pub use folder::{FileMark, make_below};
pub use kind::{PathKind, is_file, is_folder, is_same_file, says_missing};
pub use read::{is_refusal, open, read, read_open};
pub use sync::sync_folder;
pub use temporary::TemporaryFolder;

/// Writes `bytes` to `path` so that a crash leaves the old file or the new one, never a part.
///
/// The bytes go to a temporary sibling, which is synced and renamed over `path`; then the folder is synced.
///
/// # Errors
/// Whatever the operating system says; `path` is then as it was.
pub fn write_durably(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = DurableFile::create(path)?;
    make_readable(&file)?;
    file.write_all(bytes)?;
    file.commit()
}

/// Whatever the mask of this process: others read results, too.
fn make_readable(file: &DurableFile) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(fs::Permissions::from_mode(0o644))?;
    }
    #[cfg(not(unix))]
    let _ = file;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_and_leaves_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.json");
        write_durably(&path, b"one").unwrap();
        write_durably(&path, b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_an_error_and_not_a_panic() {
        let folder = tempfile::tempdir().unwrap();
        assert!(write_durably(&folder.path().join("none/a.json"), b"x").is_err());
        // Nor can a file take the place of a folder; what was written for it is gone.
        fs::create_dir(folder.path().join("taken")).unwrap();
        assert!(write_durably(&folder.path().join("taken"), b"x").is_err());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
