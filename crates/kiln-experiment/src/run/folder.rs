//! Making the folder of a run, and holding it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use kiln_core::file::{FileMark, is_file, is_folder, make_below, sync_folder, write_durably};

use super::names::{CONFIG, LOCK, RECORD, STUDY};
use super::record::RunRecord;
use super::time::compact;
use crate::error::RunError;

/// What the folder of a run starts with.
#[derive(Debug)]
pub struct NewRun<'a> {
    /// The folder of all runs. It is made when it does not exist.
    pub runs_dir: &'a Path,
    /// The middle of the name, fit for a file name.
    pub slug: &'a str,
    /// When it begins.
    pub time: SystemTime,
    /// The contents of `run.toml`.
    pub config: &'a str,
    /// What `run.json` says.
    pub record: &'a RunRecord,
}

/// The folder of a run that this process alone may change, until the value is dropped.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    /// Held for its lock.
    _lock: File,
    /// The file that is locked.
    mark: FileMark,
}

impl RunFolder {
    /// Makes the folder `<time>-<slug>-<4 hex>`. Another process sees it with all its files or not at all.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn create(new: &NewRun<'_>) -> Result<Self, RunError> {
        let files = [(CONFIG, new.config.as_bytes()), (RECORD, &new.record.to_bytes())];
        Self::create_with(new.runs_dir, new.slug, new.time, &files)
    }

    /// Makes a folder of that kind with other files.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn create_with(
        parent: &Path,
        slug: &str,
        time: SystemTime,
        files: &[(&str, &[u8])],
    ) -> Result<Self, RunError> {
        fs::create_dir_all(parent).map_err(RunError::io("make", parent))?;
        Self::prepare(parent, files, |from| Self::rename(from, parent, slug, time))
    }

    /// Makes the folder `below` in `root` with these files, or takes hold of it when it is there. `root` must be there: one that
    /// somebody has deleted is not made anew.
    ///
    /// # Errors
    /// [`RunError::Busy`] when another process has it, [`RunError::Io`].
    pub fn open_or_create(root: &Path, below: &Path, files: &[(&str, &[u8])]) -> Result<Self, RunError> {
        let path = root.join(below);
        if is_folder(&path).map_err(RunError::io("look at", &path))? {
            return Self::open(&path);
        }
        let between = below.parent().unwrap_or(Path::new(""));
        make_below(root, between).map_err(RunError::io("make", &path))?;
        Self::prepare(&root.join(between), files, |from| {
            fs::rename(from, &path).map_err(RunError::io("make", &path))?;
            Ok(path.clone())
        })
    }

    /// Makes the folder `path` with these files, unless it holds the file `marker` already. Gives whether it was made.
    ///
    /// # Errors
    /// [`RunError::Io`], also for a folder that holds something else.
    pub fn create_at(path: &Path, marker: &str, files: &[(&str, &[u8])]) -> Result<bool, RunError> {
        let marker = path.join(marker);
        if is_file(&marker).map_err(RunError::io("look at", &marker))? {
            return Ok(false);
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(RunError::io("make", parent))?;
        let made = Self::prepare(parent, files, |from| {
            fs::rename(from, path).map_err(RunError::io("make", path))?;
            Ok(path.to_owned())
        });
        match made {
            Ok(_) => Ok(true),
            // Another process of a job array was faster.
            Err(_) if is_file(&marker).unwrap_or(false) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes the files of a folder below `parent`, which is there, and lets `rename` give it its name.
    fn prepare(
        parent: &Path,
        files: &[(&str, &[u8])],
        rename: impl FnOnce(&Path) -> Result<PathBuf, RunError>,
    ) -> Result<Self, RunError> {
        let temporary = tempfile::Builder::new()
            .prefix(".tmp-")
            .tempdir_in(parent)
            .map_err(RunError::io("make a folder in", parent))?;
        for (name, bytes) in files {
            let path = temporary.path().join(name);
            write_durably(&path, bytes).map_err(RunError::io("write", &path))?;
        }
        let lock = lock(temporary.path())?;
        make_readable(temporary.path()).map_err(RunError::io("make", temporary.path()))?;
        let path = rename(temporary.path())?;
        // It has moved: nothing is left to be cleaned up under its old name.
        let _ = temporary.keep();
        sync_folder(parent).map_err(RunError::io("write", parent))?;
        Self::held(path, lock)
    }

    fn rename(from: &Path, parent: &Path, slug: &str, time: SystemTime) -> Result<PathBuf, RunError> {
        let stem = format!("{}-{slug}", compact(time));
        let nanos = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |duration| duration.subsec_nanos());
        // The part of the second, so that names sort by age. Not the last of the digits: there is always a next one.
        let part = (u64::from(nanos) * 0xf000 / 1_000_000_000) as u32;
        let mut attempt = 0u32;
        loop {
            let path = parent.join(format!("{stem}-{:04x}", part + attempt));
            match fs::rename(from, &path) {
                Ok(()) => return Ok(path),
                // A run of that name: a folder that is not empty is never replaced.
                Err(_) if path.exists() && attempt < 1000 => attempt += 1,
                Err(error) => return Err(RunError::io("make", &path)(error)),
            }
        }
    }

    /// Takes hold of a run that exists.
    ///
    /// # Errors
    /// [`RunError::Busy`] when another process has it.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        Self::held(path.to_owned(), lock(path)?)
    }

    fn held(path: PathBuf, lock: File) -> Result<Self, RunError> {
        let name = path.join(LOCK);
        let mark = FileMark::of(&name, &lock).map_err(RunError::io("look at", &name))?;
        Ok(Self { path, _lock: lock, mark })
    }

    /// An error when somebody has deleted the folder since it was taken hold of, also where another has its name now.
    ///
    /// # Errors
    /// [`RunError::Deleted`], [`RunError::Io`].
    pub fn must_be_there(&self) -> Result<(), RunError> {
        match self.mark.check() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Err(RunError::Deleted { path: self.path.clone() })
            }
            checked => checked.map_err(RunError::io("look at", &self.path)),
        }
    }

    /// As [`RunFolder::open`], but another process is given time to let go.
    ///
    /// # Errors
    /// [`RunError::Busy`] when it does not.
    pub fn open_within(path: &Path, patience: Duration) -> Result<Self, RunError> {
        let began = Instant::now();
        loop {
            match Self::open(path) {
                Err(RunError::Busy { .. }) if began.elapsed() < patience => {
                    thread::sleep(Duration::from_millis(5));
                }
                result => return result,
            }
        }
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Whether a process is at work on the run, the search, the path or the curve in `folder` right now.
pub fn is_busy(folder: &Path) -> bool {
    // Of a search its journal is locked.
    [LOCK, STUDY].iter().any(|name| {
        let file = File::open(folder.join(name));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    })
}

fn lock(folder: &Path) -> Result<File, RunError> {
    let path = folder.join(LOCK);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(RunError::io("open", &path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(RunError::Busy { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(RunError::io("lock", &path)(error)),
    }
}

/// Temporary folders are private to their owner; a run should be readable like any other folder.
fn make_readable(folder: &Path) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755))?;
    }
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

#[cfg(test)]
mod tests;
