//! A file that takes its place once it is whole.

use std::fs::{self, File, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::sync::{folder_of, sync_folder};
use super::temporary::file_in;

/// A file that takes its place once it is whole: a crash, a full disk or a drop leaves the old file as it was.
///
/// What is written goes to a temporary sibling. [`DurableFile::commit`] syncs it, renames it over the path, and syncs the
/// folder.
///
/// ```
/// use std::io::Write;
///
/// # let folder = tempfile::tempdir()?;
/// let path = folder.path().join("out.csv");
/// let mut file = kiln_core::file::DurableFile::create(&path)?;
/// writeln!(file, "row,prediction")?;
/// assert!(!path.exists());
/// file.commit()?;
/// assert!(path.exists());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug)]
pub struct DurableFile {
    file: BufWriter<File>,
    path: PathBuf,
    temporary: Temporary,
}

/// The sibling, which goes unless it was renamed.
#[derive(Debug)]
struct Temporary {
    path: PathBuf,
    renamed: bool,
}

impl DurableFile {
    /// Begins a file that is going to be at `path`.
    ///
    /// # Errors
    /// Whatever the operating system says: above all that the folder is not there or may not be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        let (file, temporary) = file_in(folder_of(path), ".tmp-")?;
        let temporary = Temporary { path: temporary, renamed: false };
        Ok(Self { file: BufWriter::new(file), path: path.to_owned(), temporary })
    }

    /// Gives it these permissions instead of those of new files.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn set_permissions(&self, permissions: Permissions) -> io::Result<()> {
        self.file.get_ref().set_permissions(permissions)
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// Whatever the operating system says; what was at the path before is then as it was.
    pub fn commit(mut self) -> io::Result<()> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        fs::rename(&self.temporary.path, &self.path)?;
        self.temporary.renamed = true;
        sync_folder(folder_of(&self.path))
    }
}

impl Write for DurableFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.renamed {
            // Whoever drops it has an error to report already.
            let _ = fs::remove_file(&self.path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_committed_leaves_the_old_file_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").unwrap();
        let mut file = DurableFile::create(&path).unwrap();
        file.write_all(&vec![b'x'; 1 << 20]).unwrap();
        drop(file);
        assert_eq!(fs::read(&path).unwrap(), b"old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);

        let mut file = DurableFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"new");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        assert!(DurableFile::create(&folder.path().join("none/a.csv")).is_err());
    }

    #[test]
    fn another_name_of_the_old_file_keeps_its_contents() {
        let folder = tempfile::tempdir().unwrap();
        let [path, other] = ["a.csv", "b.csv"].map(|name| folder.path().join(name));
        fs::write(&path, "old").unwrap();
        fs::hard_link(&path, &other).unwrap();
        let mut file = DurableFile::create(&path).unwrap();
        file.write_all(b"new").unwrap();
        file.commit().unwrap();
        assert_eq!(fs::read(&other).unwrap(), b"old");
    }
}
