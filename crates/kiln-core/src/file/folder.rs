//! Folders that must still be the ones that they were.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use super::kind::{identity, says_missing};

/// Remembers an open file, to find out whether its path still leads to it: somebody may have deleted it, or the folder that it is
/// in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileMark {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl FileMark {
    /// Remembers `file`, which is at `path`.
    ///
    /// # Errors
    /// Whatever the operating system says.
    pub fn of(path: &Path, file: &File) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), identity: identity(&file.metadata()?) })
    }

    /// An error unless the path still leads to the file.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`] when it was deleted, also where another has taken its place; and whatever else the operating
    /// system says.
    pub fn check(&self) -> io::Result<()> {
        let gone = || Err(io::Error::new(ErrorKind::NotFound, "it was deleted while it was in use"));
        match fs::metadata(&self.path) {
            Ok(metadata) if identity(&metadata) == self.identity => Ok(()),
            Ok(_) => gone(),
            Err(error) if says_missing(&error) => gone(),
            Err(error) => Err(error),
        }
    }
}

/// Makes the folder `below` in `root`, and those between them. `root` itself must be there: one that was deleted is not
/// made anew.
///
/// # Errors
/// Whatever the operating system says.
pub fn make_below(root: &Path, below: &Path) -> io::Result<()> {
    let mut path = root.to_owned();
    for part in below.components() {
        path.push(part);
        match fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
            made => made?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_deleted_is_missed_also_when_it_was_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run/lock");
        make_below(folder.path(), Path::new("run")).unwrap();
        let file = File::create(&path).unwrap();
        let mark = FileMark::of(&path, &file).unwrap();
        mark.check().unwrap();
        fs::remove_dir_all(path.parent().unwrap()).unwrap();
        assert_eq!(mark.check().unwrap_err().kind(), ErrorKind::NotFound);
        make_below(folder.path(), Path::new("run")).unwrap();
        let _other = File::create(&path).unwrap();
        if cfg!(unix) {
            assert_eq!(mark.check().unwrap_err().kind(), ErrorKind::NotFound);
        }
    }

    #[test]
    fn folders_are_made_below_one_that_is_there() {
        let folder = tempfile::tempdir().unwrap();
        make_below(folder.path(), Path::new("folds/0")).unwrap();
        make_below(folder.path(), Path::new("folds/0")).unwrap();
        assert!(folder.path().join("folds/0").is_dir());
        let gone = folder.path().join("gone");
        assert_eq!(make_below(&gone, Path::new("folds")).unwrap_err().kind(), ErrorKind::NotFound);
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(make_below(folder.path(), Path::new("file")).is_err());
    }
}
