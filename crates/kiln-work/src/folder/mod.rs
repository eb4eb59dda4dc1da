//! A store in a folder that all workers see.
//!
//! ```text
//! leases/000007-0002    that unit 7 was taken for the second time: by whom, how often renewed, whether given back
//! results/000007        what came of unit 7: who says it, and the result
//! workers/NAME          locked by the worker of that name as long as its process lives
//! ```
//!
//! A file of `leases` and `results` comes to be by a hard link to a file that is whole, which fails where the name is taken: on a server
//! of files, too, of all who try it one succeeds. The highest number of a unit is its lease. Only its worker writes it anew, by renaming, so
//! it is whole whenever it is read. Whoever takes a unit makes the next number, and so no lock and no clock is needed.

mod alive;
mod fresh;
mod lease;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use kiln_core::file;

use crate::error::StoreError;
use crate::names;
use crate::store::{Lease, Store};
use alive::Worker;
use lease::LeaseFile;
use watch::Watch;

pub(crate) use fresh::make_once;

const LEASES: &str = "leases";
const RESULTS: &str = "results";
const WORKERS: &str = "workers";

/// A store in a folder that all workers see: on a local disk, over NFS, or on a parallel file system. It needs hard links, and no
/// locks that hold between machines.
///
/// On NFS a lease has to last longer than a client may show old files, which is 60 s with the usual options (`acdirmax`). Workers that
/// are killed on the machine of another are found at once: each has a file locked, which counts on one machine only.
#[derive(Debug)]
pub struct FolderStore {
    path: PathBuf,
    lease_time: Duration,
    worker: Worker,
    watch: Mutex<Watch>,
    /// Units that are known to have a result.
    done: Mutex<BTreeSet<u64>>,
}

impl FolderStore {
    /// Opens the store in `path`, a folder that is there, and makes what it needs in it.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn open(path: &Path, lease_time: Duration) -> Result<Self, StoreError> {
        for name in [LEASES, RESULTS, WORKERS] {
            file::make_below(path, Path::new(name)).map_err(StoreError::io("make", &path.join(name)))?;
        }
        let worker = Worker::begin(&path.join(WORKERS), names::worker())?;
        let (watch, done) = (Mutex::new(Watch::new(lease_time)), Mutex::default());
        Ok(Self { path: path.to_owned(), lease_time, worker, watch, done })
    }

    fn done(&self) -> MutexGuard<'_, BTreeSet<u64>> {
        self.done.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lease_path(&self, unit: u64, generation: u64) -> PathBuf {
        self.path.join(LEASES).join(format!("{unit:06}-{generation:04}"))
    }

    fn result_path(&self, unit: u64) -> PathBuf {
        self.path.join(RESULTS).join(format!("{unit:06}"))
    }

    fn has_result(&self, unit: u64) -> Result<bool, StoreError> {
        let path = self.result_path(unit);
        file::is_file(&path).map_err(StoreError::io("look at", &path))
    }

    /// How often each unit was taken.
    fn generations(&self) -> Result<BTreeMap<u64, u64>, StoreError> {
        let mut highest: BTreeMap<u64, u64> = BTreeMap::new();
        for name in names_in(&self.path.join(LEASES))? {
            let numbers =
                name.split_once('-').and_then(|(unit, g)| Some((unit.parse().ok()?, g.parse().ok()?)));
            if let Some((unit, generation)) = numbers {
                let known = highest.entry(unit).or_default();
                *known = (*known).max(generation);
            }
        }
        Ok(highest)
    }

    /// Whether whoever has the lease has given it back, or is lost.
    fn is_open(&self, unit: u64, generation: u64) -> Result<bool, StoreError> {
        let beat = match LeaseFile::read(&self.lease_path(unit, generation)) {
            // Its worker is just replacing it, as some file systems show that.
            Ok(None) => return Ok(false),
            Ok(Some(found)) => {
                if found.given_back || self.worker.knows_dead(&self.path.join(WORKERS), &found) {
                    return Ok(true);
                }
                found.beat
            }
            // Leases are not synced, so a power cut may tear one. Nobody renews it: it runs out as others do.
            Err(StoreError::Damaged { .. }) => 0,
            Err(error) => return Err(error),
        };
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(watch.has_run_out(unit, (generation, beat)))
    }

    /// Takes a unit for the time `generation`, unless another is faster.
    fn claim(&self, unit: u64, generation: u64) -> Result<Option<Lease>, StoreError> {
        let token = names::token(&self.worker.name);
        let content = self.worker.lease(&token).to_bytes();
        let path = self.lease_path(unit, generation);
        Ok(fresh::make(&path, &content, false)?.then_some(Lease { unit, generation, token }))
    }

    /// Writes the own lease anew.
    fn write(&self, lease: &Lease, change: impl FnOnce(&mut LeaseFile)) -> Result<(), StoreError> {
        let path = self.lease_path(lease.unit, lease.generation);
        let known = LeaseFile::read(&path)?.filter(|found| found.token == lease.token);
        let mut content = known.unwrap_or_else(|| self.worker.lease(&lease.token));
        change(&mut content);
        fresh::replace(&path, &content.to_bytes())
    }
}

impl Store for FolderStore {
    fn results(&self, first: u64, known: &[u64]) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let known: BTreeSet<u64> = known.iter().copied().collect();
        let numbers = names_in(&self.path.join(RESULTS))?.into_iter().filter_map(|name| name.parse().ok());
        let mut units: Vec<u64> = numbers.filter(|unit| *unit >= first && !known.contains(unit)).collect();
        units.sort_unstable();
        let mut found = Vec::new();
        for unit in units {
            let path = self.result_path(unit);
            let bytes = file::read(&path).map_err(StoreError::io("read", &path))?;
            found.push((unit, result_of(&path, &bytes)?.1.to_vec()));
            self.done().insert(unit);
        }
        Ok(found)
    }

    fn take(&self, units: Range<u64>) -> Result<Option<Lease>, StoreError> {
        let generations = self.generations()?;
        for unit in units {
            if self.done().contains(&unit) {
                continue;
            }
            let last = generations.get(&unit).copied().unwrap_or(0);
            if last > 0 && !self.is_open(unit, last)? {
                continue;
            }
            let Some(lease) = self.claim(unit, last + 1)? else { continue };
            // It may have come to its end since the results were read.
            if self.has_result(unit)? {
                self.done().insert(unit);
                continue;
            }
            return Ok(Some(lease));
        }
        Ok(None)
    }

    fn renew(&self, lease: &Lease) -> Result<bool, StoreError> {
        let next = self.lease_path(lease.unit, lease.generation + 1);
        if file::is_file(&next).map_err(StoreError::io("look at", &next))? || self.has_result(lease.unit)? {
            return Ok(false);
        }
        self.write(lease, |found| found.beat += 1)?;
        Ok(true)
    }

    fn give_back(&self, lease: &Lease) -> Result<(), StoreError> {
        self.write(lease, |found| found.given_back = true)
    }

    fn finish(&self, unit: u64, token: &str, result: &[u8]) -> Result<bool, StoreError> {
        let path = self.result_path(unit);
        let mut bytes = format!("{token}\n").into_bytes();
        bytes.extend_from_slice(result);
        if fresh::make(&path, &bytes, true)? {
            return Ok(true);
        }
        let there = file::read(&path).map_err(StoreError::io("read", &path))?;
        Ok(result_of(&path, &there)?.0 == token.as_bytes())
    }

    fn lease_time(&self) -> Duration {
        self.lease_time
    }
}

/// Who says a result, and the result.
fn result_of<'a>(path: &Path, bytes: &'a [u8]) -> Result<(&'a [u8], &'a [u8]), StoreError> {
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let end = end.ok_or_else(|| StoreError::Damaged {
        path: path.to_owned(),
        reason: "it does not begin with a line that says who wrote it".to_owned(),
    })?;
    Ok((&bytes[..end], &bytes[end + 1..]))
}

/// The names in a folder, without those of files that are being made.
fn names_in(folder: &Path) -> Result<Vec<String>, StoreError> {
    let entries = fs::read_dir(folder).map_err(StoreError::io("read", folder))?;
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(StoreError::io("read", folder))?.file_name();
        names.extend(name.into_string().ok().filter(|name| !name.starts_with('.')));
    }
    Ok(names)
}
