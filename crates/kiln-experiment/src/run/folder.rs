//! Making the folder of a run, and holding it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use kiln_core::file::{sync_folder, write_durably};

use super::names::{CONFIG, LOCK, RECORD};
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
        Self::prepare(parent, files, |from| Self::rename(from, parent, slug, time))
    }

    /// Makes the folder `path` with these files, or takes hold of it when it is there.
    ///
    /// # Errors
    /// [`RunError::Busy`] when another process has it, [`RunError::Io`].
    pub fn open_or_create(path: &Path, files: &[(&str, &[u8])]) -> Result<Self, RunError> {
        if path.is_dir() {
            return Self::open(path);
        }
        Self::prepare(path.parent().unwrap_or(path), files, |from| {
            fs::rename(from, path).map_err(RunError::io("make", path))?;
            Ok(path.to_owned())
        })
    }

    /// Makes the folder `path` with these files, unless it holds the file `marker` already. Gives whether it was made.
    ///
    /// # Errors
    /// [`RunError::Io`], also for a folder that holds something else.
    pub fn create_at(path: &Path, marker: &str, files: &[(&str, &[u8])]) -> Result<bool, RunError> {
        let there = || path.join(marker).is_file();
        if there() {
            return Ok(false);
        }
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let made = Self::prepare(parent, files, |from| {
            fs::rename(from, path).map_err(RunError::io("make", path))?;
            Ok(path.to_owned())
        });
        match made {
            Ok(_) => Ok(true),
            // Another process of a job array was faster.
            Err(_) if there() => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Writes the files of a folder below `parent` and lets `rename` give it its name.
    fn prepare(
        parent: &Path,
        files: &[(&str, &[u8])],
        rename: impl FnOnce(&Path) -> Result<PathBuf, RunError>,
    ) -> Result<Self, RunError> {
        fs::create_dir_all(parent).map_err(RunError::io("make", parent))?;
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
        Ok(Self { path, _lock: lock })
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
        Ok(Self { path: path.to_owned(), _lock: lock(path)? })
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

/// Whether a process is at work on the run in `folder` right now.
pub fn is_busy(folder: &Path) -> bool {
    let file = File::open(folder.join(LOCK));
    file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
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
mod tests {
    use std::time::UNIX_EPOCH;

    use kiln_core::Metrics;

    use super::super::record::Status;
    use super::*;

    fn record() -> RunRecord {
        RunRecord {
            v: 1,
            status: Status::Running,
            started: "2026-01-02T03:04:05Z".to_owned(),
            finished: None,
            kiln: "0.1.0".to_owned(),
            burn: "0.22.1".to_owned(),
            arguments: vec!["train".to_owned(), "digits".to_owned()],
            seed: 3,
            device: "flex".to_owned(),
            data: None,
            parameters: Some(10),
            stop: None,
            best_epoch: None,
            validation: Metrics::from_iter([("loss", f64::NAN)]),
            test: Metrics::new(),
            seconds: None,
            certificate: None,
            sparsity: Default::default(),
            zero_outputs: Default::default(),
            zero_inputs: Default::default(),
            peak_rss_bytes: None,
            weights_blake3: None,
            exit_code: None,
            error: None,
        }
    }

    #[test]
    fn a_run_is_there_as_a_whole_locked_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let runs_dir = folder.path().join("deep/runs");
        let new = NewRun {
            runs_dir: &runs_dir,
            slug: "digits",
            time: UNIX_EPOCH + Duration::from_secs(1_767_323_045),
            config: "seed = 3\n",
            record: &record(),
        };
        let run = RunFolder::create(&new).unwrap();
        let second = RunFolder::create(&new).unwrap();
        assert_ne!(run.path(), second.path());
        let name = run.path().file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("20260102-030405-digits-") && name.len() == "20260102-030405-digits-".len() + 4
        );
        assert_eq!(fs::read_to_string(run.path().join(CONFIG)).unwrap(), "seed = 3\n");
        let back = RunRecord::read(run.path()).unwrap();
        assert_eq!((back.seed, back.arguments.len(), back.status), (3, 2, Status::Running));
        assert!(back.validation.get("loss").unwrap().is_nan());
        assert_eq!(fs::read_dir(&runs_dir).unwrap().count(), 2);
        // At a place of its own: made once, then there.
        let own = folder.path().join("own/place");
        let files: [(&str, &[u8]); 2] = [(CONFIG, b""), ("cv.json", b"{}")];
        assert!(RunFolder::create_at(&own, CONFIG, &files).unwrap());
        assert!(!RunFolder::create_at(&own, CONFIG, &files).unwrap());
        assert_eq!(fs::read_to_string(own.join("cv.json")).unwrap(), "{}");
        let other = folder.path().join("other");
        fs::create_dir(&other).unwrap();
        fs::write(other.join("file"), "").unwrap();
        assert!(matches!(RunFolder::create_at(&other, CONFIG, &files).unwrap_err(), RunError::Io { .. }));

        assert!(is_busy(run.path()));
        assert!(matches!(RunFolder::open(run.path()).unwrap_err(), RunError::Busy { .. }));
        let path = run.path().to_owned();
        let waits = thread::spawn({
            let path = path.clone();
            move || RunFolder::open_within(&path, Duration::from_secs(60)).map(drop)
        });
        thread::sleep(Duration::from_millis(20));
        drop(run);
        waits.join().unwrap().unwrap();
        assert!(!is_busy(&path));
        assert!(RunFolder::open(&path).is_ok());
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let new = NewRun { runs_dir: &file, slug: "x", time: UNIX_EPOCH, config: "", record: &record() };
        assert!(matches!(RunFolder::create(&new).unwrap_err(), RunError::Io { .. }));
    }
}
