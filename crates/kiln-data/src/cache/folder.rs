//! The folder of caches, and how much of the disk it may take.

use std::env;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_core::Range;
use kiln_core::file::TemporaryFolder;

use super::Slots;
use crate::{DataConfig, DataError, FileError};

/// What `data.cache_limit` is by default, in GiB: room for 100,000 photos of 224 × 224 pixels.
const LIMIT: f64 = 16.0;

/// What the names of caches begin and end with. Other files in the folder are never touched.
const NAME: [&str; 2] = ["kiln-", ".cache"];

/// A folder of caches that together take no more than a limit.
#[derive(Debug, Clone)]
pub(crate) struct CacheFolder {
    path: PathBuf,
    /// In bytes, above 0.
    limit: u64,
    /// Whether the settings ask for it.
    is_asked_for: bool,
}

impl CacheFolder {
    /// The folder that the settings name, else `kiln` in the user's folder of caches; `None` for a limit of 0, and without a home.
    /// It is made when it is needed.
    ///
    /// # Errors
    /// [`DataError::Number`] for a limit out of its range.
    pub(crate) fn of(config: &DataConfig) -> Result<Option<Self>, DataError> {
        let limit = Range::at_least(0.0).check("data.cache_limit", config.cache_limit.unwrap_or(LIMIT))?;
        // Beyond all disks a number of bytes is the greatest there is.
        let limit = (limit * f64::from(1 << 30)) as u64;
        if limit == 0 || cfg!(not(unix)) {
            return Ok(None);
        }
        let is_asked_for = config.cache.is_some();
        let xdg = || env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let place = config.cache.clone().or_else(|| default_place(xdg(), env::home_dir()));
        Ok(place.map(|path| Self { path, limit, is_asked_for }))
    }

    /// Makes the folder; whether it is there.
    ///
    /// # Errors
    /// [`FileError::Cache`] where it cannot be made and was asked for.
    fn make(&self) -> Result<bool, DataError> {
        match fs::create_dir_all(&self.path) {
            Err(error) if self.is_asked_for => {
                Err(FileError::Cache { path: self.path.clone(), error }.into())
            }
            made => Ok(made.is_ok()),
        }
    }

    /// The cache of this key with `count` blocks of `size` bytes, as many as the limit leaves room for: caches that were
    /// used longest ago are deleted first, but none that is in use. `None` when there is no room, or no file can be had.
    ///
    /// # Errors
    /// [`FileError::Cache`] for a folder that was asked for and cannot be made.
    pub(crate) fn slots(
        &self,
        key: &blake3::Hash,
        size: usize,
        count: usize,
    ) -> Result<Option<Slots>, DataError> {
        Ok(if self.make()? { self.open(key, size, count) } else { None })
    }

    fn open(&self, key: &blake3::Hash, size: usize, count: usize) -> Option<Slots> {
        let path = self.path.join(format!("{}{}{}", NAME[0], key.to_hex(), NAME[1]));
        let stride = Slots::stride(size);
        let wanted = stride.checked_mul(count as u64)?;
        let room = self.make_room(&path, wanted);
        let count = count.min(usize::try_from(room / stride).unwrap_or(usize::MAX));
        if count == 0 {
            return None;
        }
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path).ok()?;
        // Whoever makes room leaves it alone as long as it is open. A file system without locks has caches, too.
        if let Err(TryLockError::WouldBlock) = file.try_lock_shared() {
            return None;
        }
        // Sparse: the length is what it may take, and what makes room for others.
        file.set_len(stride * count as u64).ok()?;
        file.set_modified(SystemTime::now()).ok()?;
        Some(Slots::new(file, size, count))
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Two files of so many bytes each that have no name, so that nothing of them outlives the process. `None` when the
    /// limit leaves no room, or no file can be had.
    ///
    /// # Errors
    /// As [`CacheFolder::slots`].
    pub(crate) fn nameless(&self, bytes: u64) -> Result<Option<[File; 2]>, DataError> {
        let Some(wanted) = bytes.checked_mul(2) else { return Ok(None) };
        if !self.make()? || self.make_room(Path::new(""), wanted) < wanted {
            return Ok(None);
        }
        let file = || {
            let named = TemporaryFolder::new_in(&self.path, ".tmp-").ok()?;
            File::options().read(true).write(true).create_new(true).open(named.path().join("cells")).ok()
        };
        Ok(file().zip(file()).map(|(columns, rows)| [columns, rows]))
    }

    /// Deletes caches but `own` until `wanted` bytes fit; how many do.
    fn make_room(&self, own: &Path, wanted: u64) -> u64 {
        let mut others = self.caches();
        others.retain(|cache| cache.path != own);
        others.sort_by_key(|cache| cache.used);
        let mut taken: u64 = others.iter().map(|cache| cache.length).sum();
        for cache in &others {
            if taken.saturating_add(wanted) <= self.limit {
                break;
            }
            if cache.delete() {
                taken -= cache.length;
            }
        }
        self.limit.saturating_sub(taken).min(wanted)
    }

    fn caches(&self) -> Vec<Cache> {
        let Ok(entries) = fs::read_dir(&self.path) else { return Vec::new() };
        let cache = |entry: fs::DirEntry| {
            let name = entry.file_name();
            let key = name.to_str()?.strip_prefix(NAME[0])?.strip_suffix(NAME[1])?;
            if key.len() != 2 * blake3::OUT_LEN || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return None;
            }
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let used = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
            Some(Cache { path: entry.path(), length: metadata.len(), used })
        };
        entries.filter_map(|entry| cache(entry.ok()?)).collect()
    }
}

/// A file of the folder.
struct Cache {
    path: PathBuf,
    length: u64,
    used: SystemTime,
}

impl Cache {
    /// Deletes it unless somebody has it open; whether it is gone.
    fn delete(&self) -> bool {
        let Ok(file) = File::open(&self.path) else { return false };
        file.try_lock().is_ok() && fs::remove_file(&self.path).is_ok()
    }
}

/// `kiln` in the user's folder of caches. The variable must be absolute to count, as its specification says.
fn default_place(xdg: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let caches = xdg.filter(|path| path.is_absolute());
    let caches = caches.or_else(|| Some(home.filter(|path| path.is_absolute())?.join(".cache")));
    caches.map(|caches| caches.join("kiln"))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn folder(path: &Path, limit: u64) -> CacheFolder {
        CacheFolder { path: path.to_owned(), limit, is_asked_for: true }
    }

    fn key(text: &str) -> blake3::Hash {
        blake3::hash(text.as_bytes())
    }

    fn has(slots: &Slots, index: usize, size: usize) -> bool {
        slots.read(index, &mut vec![0; size])
    }

    #[test]
    fn the_settings_name_the_folder_and_its_limit() {
        let place = tempfile::tempdir().unwrap();
        let named = place.path().join("a/b");
        let config = DataConfig { cache: Some(named.clone()), ..DataConfig::new("images") };
        let found = CacheFolder::of(&config).unwrap().unwrap();
        assert_eq!((found.path.as_path(), found.limit), (named.as_path(), 16 << 30));
        assert!(!named.exists());
        found.slots(&key("a"), 1, 1).unwrap();
        assert!(named.is_dir());
        let limit = |limit| CacheFolder::of(&DataConfig { cache_limit: Some(limit), ..config.clone() });
        assert_eq!(limit(0.5).unwrap().unwrap().limit, 1 << 29);
        assert!(limit(0.0).unwrap().is_none());
        for wrong in [-1.0, f64::NAN, f64::INFINITY] {
            assert!(matches!(limit(wrong), Err(DataError::Number(_))), "{wrong}");
        }
        // A folder that is asked for and cannot be made is an error; one that nobody asked for is not.
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        let asked_for = folder(&file.join("x"), 1000);
        let error = asked_for.slots(&key("a"), 1, 1).unwrap_err();
        assert!(matches!(error, DataError::File(FileError::Cache { .. })), "{error}");
        let other = CacheFolder { is_asked_for: false, ..asked_for };
        assert!(other.slots(&key("a"), 1, 1).unwrap().is_none());
    }

    #[test]
    fn without_a_setting_it_is_in_the_folder_of_caches() {
        let path = |text: &str| Some(PathBuf::from(text));
        assert_eq!(default_place(path("/x"), path("/me")), path("/x/kiln"));
        assert_eq!(default_place(None, path("/me")), path("/me/.cache/kiln"));
        assert_eq!(default_place(path("x"), path("/me")), path("/me/.cache/kiln"));
        assert_eq!(default_place(path("x"), path("me")), None);
        assert_eq!(default_place(None, None), None);
    }

    #[test]
    fn what_was_kept_is_there_for_the_next_who_opens_it() {
        let place = tempfile::tempdir().unwrap();
        let folder = folder(place.path(), 1 << 20);
        folder.slots(&key("a"), 100, 4).unwrap().unwrap().write(2, &[9; 100]);
        let again = folder.slots(&key("a"), 100, 4).unwrap().unwrap();
        assert!(has(&again, 2, 100) && !has(&again, 1, 100));
        assert!(!has(&folder.slots(&key("b"), 100, 4).unwrap().unwrap(), 2, 100));
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 2);
    }

    #[test]
    fn the_limit_holds_and_what_was_used_last_stays() {
        let place = tempfile::tempdir().unwrap();
        let size = 1000 - Slots::stride(0) as usize;
        let folder = folder(place.path(), 10_000);
        let theirs = place.path().join("thesis.txt");
        fs::write(&theirs, vec![0; 50_000]).unwrap();
        let long_ago = |text: &str, hours: u64| {
            let path = place.path().join(format!("kiln-{}.cache", key(text).to_hex()));
            let when = SystemTime::now() - std::time::Duration::from_secs(3600 * hours);
            File::options().write(true).open(path).unwrap().set_modified(when).unwrap();
        };
        for (text, hours) in [("old", 2), ("older", 3)] {
            folder.slots(&key(text), size, 4).unwrap().unwrap().write(0, &vec![1; size]);
            long_ago(text, hours);
        }
        // 8 of 10 are taken: 4 more need one of the two.
        let own = folder.slots(&key("own"), size, 4).unwrap().unwrap();
        own.write(3, &vec![1; size]);
        assert!(has(&own, 3, size));
        let names = || folder.caches().len();
        assert_eq!(names(), 2);
        assert!(has(&folder.slots(&key("old"), size, 4).unwrap().unwrap(), 0, size));
        // What is open is not deleted, so the next one gets what is left.
        let old = folder.slots(&key("old"), size, 4).unwrap().unwrap();
        let large = folder.slots(&key("large"), size, 20).unwrap().unwrap();
        large.write(1, &vec![1; size]);
        large.write(2, &vec![1; size]);
        assert!(has(&large, 1, size) && !has(&large, 2, size));
        assert!(has(&own, 3, size) && has(&old, 0, size));
        assert!(folder.slots(&key("none"), size, 1).unwrap().is_none());
        drop((own, old, large));
        // One that is larger than the limit takes all of it.
        let large = folder.slots(&key("large"), size, 20).unwrap().unwrap();
        large.write(9, &vec![1; size]);
        large.write(10, &vec![1; size]);
        assert!(has(&large, 9, size) && !has(&large, 10, size));
        assert_eq!(names(), 1);
        assert!(theirs.exists());
    }
}
