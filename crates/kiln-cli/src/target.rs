//! A file that a command is asked to write: refused where it would do harm, there as a whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use kiln_core::file::{DurableFile, PathKind, is_same_file};
use kiln_experiment::run::is_own_file;

use crate::error::CliError;

/// A file that a command is asked to write.
#[derive(Debug)]
pub(crate) struct Target {
    /// As the user called it.
    path: PathBuf,
    /// The same, links followed: a link stays one.
    real: PathBuf,
    /// Those of the file that it replaces.
    permissions: Option<Permissions>,
}

impl Target {
    /// The file `path`. It may replace another, but none of `inputs`, under whatever name, and no file of a run.
    ///
    /// # Errors
    /// [`CliError::OutputIsInput`], [`CliError::OutputIsOfRun`], [`CliError::OutputIsNoFile`]; [`CliError::Write`] for a folder that
    /// is not there and for a file that is write-protected.
    pub(crate) fn new(path: &Path, inputs: &[PathBuf]) -> Result<Self, CliError> {
        let failed = |error: io::Error| CliError::Write { path: path.to_owned(), error };
        let kind = PathKind::of(path).map_err(failed)?;
        if !matches!(kind, PathKind::Missing | PathKind::File) {
            return Err(CliError::OutputIsNoFile { path: path.to_owned() });
        }
        let real = real(path, kind).map_err(failed)?;
        // What cannot be looked at cannot be read either, which is an error of its own before anything is written.
        if inputs.iter().any(|input| is_same_file(path, input).unwrap_or(false)) {
            return Err(CliError::OutputIsInput { path: path.to_owned() });
        }
        if is_own_file(&real)? {
            return Err(CliError::OutputIsOfRun { path: path.to_owned() });
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
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Begins to write. What is there stays until [`DurableFile::commit`].
    ///
    /// # Errors
    /// What the operating system says.
    pub(crate) fn create(&self) -> io::Result<DurableFile> {
        let file = DurableFile::create(&self.real)?;
        if let Some(permissions) = &self.permissions {
            file.set_permissions(permissions.clone())?;
        }
        Ok(file)
    }

    /// Writes the whole file.
    ///
    /// # Errors
    /// [`CliError::Write`]; what was there is then as it was.
    pub(crate) fn write(&self, bytes: &[u8]) -> Result<(), CliError> {
        let write = || {
            let mut file = self.create()?;
            io::Write::write_all(&mut file, bytes)?;
            file.commit()
        };
        write().map_err(|error| CliError::Write { path: self.path.clone(), error })
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
            let error = Target::new(&at(name), &inputs).unwrap_err();
            assert!(matches!(error, CliError::OutputIsInput { .. }), "{name}: {error}");
        }
        assert_eq!(fs::read(at("in.csv")).unwrap(), b"a\n1\n");
        Target::new(&at("out.csv"), &inputs).unwrap().write(b"x").unwrap();
        assert_eq!(fs::read(at("out.csv")).unwrap(), b"x");
    }

    #[test]
    fn links_stay_and_permissions_too() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("old.csv"), "old").unwrap();
        fs::set_permissions(at("old.csv"), Permissions::from_mode(0o600)).unwrap();
        symlink("old.csv", at("link.csv")).unwrap();
        Target::new(&at("link.csv"), &[]).unwrap().write(b"new").unwrap();
        assert!(fs::symlink_metadata(at("link.csv")).unwrap().is_symlink());
        assert_eq!(fs::read(at("old.csv")).unwrap(), b"new");
        assert_eq!(fs::metadata(at("old.csv")).unwrap().permissions().mode() & 0o777, 0o600);
        fs::set_permissions(at("old.csv"), Permissions::from_mode(0o444)).unwrap();
        let error = Target::new(&at("link.csv"), &[]).unwrap_err();
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
            let error = Target::new(&at(name), &[]).unwrap_err();
            assert!(matches!(error, CliError::OutputIsOfRun { .. }), "{name}: {error}");
        }
        symlink("/dev/full", at("device.csv")).unwrap();
        for path in [folder.path().to_owned(), at("device.csv")] {
            assert!(matches!(Target::new(&path, &[]).unwrap_err(), CliError::OutputIsNoFile { .. }));
        }
        assert!(matches!(Target::new(&at("none/a.csv"), &[]).unwrap_err(), CliError::Write { .. }));
    }
}
