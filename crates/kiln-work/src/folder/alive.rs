//! Whether a worker of the same machine is alive. Its process holds a lock, which ends with it.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::lease::LeaseFile;
use crate::error::StoreError;

/// This worker.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) name: String,
    pub(super) boot: Option<String>,
    /// Locked as long as this worker lives.
    _lock: Option<File>,
}

impl Worker {
    /// Locks the file of the worker called `name`. Where the system has no locks, its lease is all that says that it lives.
    pub(super) fn begin(folder: &Path, name: String) -> Result<Self, StoreError> {
        let path = folder.join(&name);
        let file = OpenOptions::new().create_new(true).write(true).open(&path);
        let file = file.map_err(StoreError::io("make", &path))?;
        let lock = file.try_lock().is_ok().then_some(file);
        // Without a lock nobody may conclude anything from one that can be had.
        let boot = if lock.is_some() { boot() } else { None };
        Ok(Self { name, boot, _lock: lock })
    }

    /// A new lease of this worker.
    pub(super) fn lease(&self, token: &str) -> LeaseFile {
        LeaseFile::new(token, &self.name, self.boot.as_deref())
    }

    /// Whether the worker of a lease is known to be gone. Locks are asked only of workers under the same kernel: over a network they
    /// may be none.
    pub(super) fn knows_dead(&self, folder: &Path, lease: &LeaseFile) -> bool {
        if self.boot.is_none() || lease.boot != self.boot || lease.worker == self.name {
            return false;
        }
        // Names are made of letters, digits and dashes; what is anything else was not written by a worker.
        if lease.worker.contains(['/', '\\', '.']) {
            return false;
        }
        let file = File::open(folder.join(&lease.worker));
        file.is_ok_and(|file| match file.try_lock_shared() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => false,
        })
    }
}

/// The name of this machine's time since it was started, where the system has one.
fn boot() -> Option<String> {
    let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
    Some(id.trim().to_owned()).filter(|id| !id.is_empty())
}
