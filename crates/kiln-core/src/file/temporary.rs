//! Files and folders that have a name of their own until they are whole.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// A new folder. It is deleted with all that is in it, unless it is kept.
///
/// ```
/// let made = kiln_core::file::TemporaryFolder::new_in(&std::env::temp_dir(), "kiln-")?;
/// let path = made.path().to_owned();
/// std::fs::write(path.join("notes.txt"), "gone in a moment")?;
/// drop(made);
/// assert!(!path.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct TemporaryFolder {
    path: PathBuf,
    kept: bool,
}

impl TemporaryFolder {
    /// Makes a folder in `parent` whose name begins with `prefix` and that nobody else has.
    ///
    /// # Errors
    /// What the operating system says.
    pub fn new_in(parent: &Path, prefix: &str) -> io::Result<Self> {
        let ((), path) = unique(parent, prefix, |path| fs::create_dir(path))?;
        Ok(Self { path, kept: false })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Leaves it where it is.
    pub fn keep(mut self) -> PathBuf {
        self.kept = true;
        std::mem::take(&mut self.path)
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if !self.kept {
            // Whoever drops it has an error to report already, or none that this could be.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// A new file in `parent`, open for writing.
pub(crate) fn file_in(parent: &Path, prefix: &str) -> io::Result<(File, PathBuf)> {
    unique(parent, prefix, |path| File::options().write(true).create_new(true).open(path))
}

/// Makes something under the first name that nothing has: by process and number, so no other process of this machine tries the
/// same; what is left of a killed one, or comes from another machine, is passed over.
fn unique<T>(parent: &Path, prefix: &str, make: impl Fn(&Path) -> io::Result<T>) -> io::Result<(T, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    loop {
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let path = parent.join(format!("{prefix}{:x}-{number:x}", std::process::id()));
        match make(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            made => return Ok((made?, path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_taken_is_passed_over() {
        let parent = tempfile::tempdir().unwrap();
        let taken = std::cell::Cell::new(3);
        let (number, path) = unique(parent.path(), "x-", |path| {
            assert!(path.file_name().unwrap().to_str().unwrap().starts_with("x-"));
            taken.set(taken.get() - 1);
            if taken.get() > 0 { Err(ErrorKind::AlreadyExists.into()) } else { Ok(7) }
        })
        .unwrap();
        assert_eq!((number, path.parent()), (7, Some(parent.path())));
    }

    #[test]
    fn a_folder_goes_unless_it_is_kept() {
        let parent = tempfile::tempdir().unwrap();
        let [gone, stays] = [(); 2].map(|()| TemporaryFolder::new_in(parent.path(), ".tmp-").unwrap());
        assert_ne!(gone.path(), stays.path());
        fs::write(gone.path().join("a"), "a").unwrap();
        let stays = stays.keep();
        drop(gone);
        let left: Vec<PathBuf> =
            fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(left, [stays]);
        // Moved away: there is nothing to delete, and that is no failure.
        let moved = TemporaryFolder::new_in(parent.path(), ".tmp-").unwrap();
        fs::rename(moved.path(), parent.path().join("moved")).unwrap();
        drop(moved);
        assert!(parent.path().join("moved").is_dir());
    }

    #[test]
    fn a_parent_that_is_missing_is_an_error() {
        let parent = tempfile::tempdir().unwrap();
        assert!(TemporaryFolder::new_in(&parent.path().join("none"), "x-").is_err());
        assert!(file_in(&parent.path().join("none"), "x-").is_err());
    }
}
