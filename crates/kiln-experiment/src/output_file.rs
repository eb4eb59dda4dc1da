//! A file that somebody asks for: refused where it would do harm, there as a whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::OutputError;
use crate::run::is_own_file;
use kiln_core::file::{DurableFile, PathKind, is_same_file};

/// A file that somebody asks for, such as one of predictions or a picture: refused where writing it would do harm, there as a whole
/// or not at all.
///
/// ```
/// use std::path::PathBuf;
///
/// use kiln_experiment::OutputFile;
///
/// let folder = tempfile::tempdir()?;
/// let path = folder.path().join("predictions.csv");
/// let inputs: &[PathBuf] = &[];
/// OutputFile::new(&path, inputs)?.write(b"prediction\n1.5\n")?;
/// // It is not replaced by what is made of it.
/// assert!(OutputFile::new(&path, &[path.clone()]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct OutputFile {
    /// As the user called it.
    path: PathBuf,
    /// The same, links followed: a link stays one.
    real: PathBuf,
    /// Those of the file that it replaces.
    permissions: Option<Permissions>,
}

impl OutputFile {
    /// The file `path`. It may replace another, but none of `inputs`, under whatever name, and no file of a run.
    ///
    /// # Errors
    /// [`OutputError::IsInput`], [`OutputError::IsOfRun`], [`OutputError::IsNoFile`]; [`OutputError::Write`] for a folder that
    /// is not there and for a file that is write-protected.
    pub fn new(path: &Path, inputs: &[PathBuf]) -> Result<Self, OutputError> {
        let failed = |error: io::Error| OutputError::Write { path: path.to_owned(), error };
        let kind = PathKind::of(path).map_err(failed)?;
        if !matches!(kind, PathKind::Missing | PathKind::File) {
            return Err(OutputError::IsNoFile { path: path.to_owned() });
        }
        let real = real(path, kind).map_err(failed)?;
        // What cannot be looked at cannot be read either, which is an error of its own before anything is written.
        if inputs.iter().any(|input| is_same_file(path, input).unwrap_or(false)) {
            return Err(OutputError::IsInput { path: path.to_owned() });
        }
        if is_own_file(&real)? {
            return Err(OutputError::IsOfRun { path: path.to_owned() });
        }
        let permissions = match kind {
            PathKind::File => Some(fs::metadata(&real).map_err(failed)?.permissions()),
            _ => None,
        };
        if permissions.as_ref().is_some_and(Permissions::readonly) {
            return Err(failed(io::Error::new(ErrorKind::PermissionDenied, "it is write-protected")));
        }
        Ok(Self { path: path.to_owned(), real, permissions })
    }

    /// As the user called it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to write. What is there stays until [`DurableFile::commit`].
    ///
    /// # Errors
    /// What the operating system says.
    pub fn create(&self) -> io::Result<DurableFile> {
        let file = DurableFile::create(&self.real)?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        Ok(file)
    }

    /// Writes files with these names into a folder, which is made where it is not there.
    ///
    /// # Errors
    /// As [`OutputFile::new`] and [`OutputFile::write`].
    pub fn write_into(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<(), OutputError> {
        fs::create_dir_all(folder).map_err(|error| OutputError::Write { path: folder.to_owned(), error })?;
        let files = files.iter().map(|(name, bytes)| Ok((Self::new(&folder.join(name), &[])?, bytes)));
        // None is written where one may not be.
        for (file, bytes) in files.collect::<Result<Vec<_>, OutputError>>()? {
            file.write(bytes)?;
        }
        Ok(())
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// [`OutputError::Write`]; what was there is then as it was.
    pub fn write(&self, bytes: &[u8]) -> Result<(), OutputError> {
        let write = || {
            let mut file = self.create()?;
            io::Write::write_all(&mut file, bytes)?;
            file.commit()
        };
        write().map_err(|error| OutputError::Write { path: self.path.clone(), error })
    }
}

/// Where a path leads to, with a folder that is there.
fn real(path: &Path, kind: PathKind) -> io::Result<PathBuf> {
    if kind == PathKind::File {
        return path.canonicalize();
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().ok_or(ErrorKind::NotFound)?;
    let folder = folder.canonicalize()?;
    if PathKind::of(&folder)? != PathKind::Folder {
        return Err(ErrorKind::NotADirectory.into());
    }
    Ok(folder.join(name))
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};

    use super::*;

    #[test]
    fn inputs_are_safe_under_every_name_they_have() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("in.csv"), "a\n1\n").unwrap();
        fs::hard_link(at("in.csv"), at("hard.csv")).unwrap();
        symlink(at("in.csv"), at("soft.csv")).unwrap();
        symlink(folder.path(), at("round")).unwrap();
        let inputs = [at("in.csv")];
        for name in ["in.csv", "hard.csv", "soft.csv", "round/in.csv", "./in.csv", "round/hard.csv"] {
            let error = OutputFile::new(&at(name), &inputs).unwrap_err();
            assert!(matches!(error, OutputError::IsInput { .. }), "{name}: {error}");
        }
        assert_eq!(fs::read(at("in.csv")).unwrap(), b"a\n1\n");
        OutputFile::new(&at("out.csv"), &inputs).unwrap().write(b"x").unwrap();
        assert_eq!(fs::read(at("out.csv")).unwrap(), b"x");
    }

    #[test]
    fn links_stay_and_permissions_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("old.csv"), "old").unwrap();
        fs::set_permissions(at("old.csv"), Permissions::from_mode(0o600)).unwrap();
        symlink("old.csv", at("link.csv")).unwrap();
        OutputFile::new(&at("link.csv"), &[]).unwrap().write(b"new").unwrap();
        assert!(fs::symlink_metadata(at("link.csv")).unwrap().is_symlink());
        assert_eq!(fs::read(at("old.csv")).unwrap(), b"new");
        assert_eq!(fs::metadata(at("old.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(at("old.csv"), Permissions::from_mode(0o444)).unwrap();
        let error = OutputFile::new(&at("link.csv"), &[]).unwrap_err();
        assert!(error.to_string().contains("it is write-protected"), "{error}");
    }

    #[test]
    fn what_is_no_file_and_what_belongs_to_a_run_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("run.toml"), "").unwrap();
        fs::write(at("metrics.jsonl"), "{}\n").unwrap();
        symlink(at("metrics.jsonl"), at("link.jsonl")).unwrap();
        for name in ["metrics.jsonl", "link.jsonl"] {
            let error = OutputFile::new(&at(name), &[]).unwrap_err();
            assert!(matches!(error, OutputError::IsOfRun { .. }), "{name}: {error}");
        }
        symlink("/dev/full", at("device.csv")).unwrap();
        for path in [folder.path().to_owned(), at("device.csv")] {
            assert!(matches!(OutputFile::new(&path, &[]).unwrap_err(), OutputError::IsNoFile { .. }));
        }
        assert!(matches!(OutputFile::new(&at("none/a.csv"), &[]).unwrap_err(), OutputError::Write { .. }));
    }
}
