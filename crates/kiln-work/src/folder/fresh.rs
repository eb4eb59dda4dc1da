//! Files that come to be as a whole, and by one worker only.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use kiln_core::file::{read, sync_folder};

use crate::error::StoreError;
use crate::names;

/// Makes `path` with these bytes, unless it is there. Gives whether it was made by this call. `durable`: it survives a power cut.
pub(super) fn make(path: &Path, bytes: &[u8], durable: bool) -> Result<bool, StoreError> {
    let temporary = write(path, bytes, durable)?;
    let linked = fs::hard_link(&temporary, path);
    let _ = fs::remove_file(&temporary);
    match linked {
        Ok(()) => {}
        // Over a network the answer to the first try may be lost, and the second one finds what the first has made.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Ok(read(path).map_err(StoreError::io("read", path))? == bytes);
        }
        Err(error) => return Err(StoreError::io("link", path)(error)),
    }
    if durable && let Some(folder) = path.parent() {
        sync_folder(folder).map_err(StoreError::io("write", folder))?;
    }
    Ok(true)
}

/// As [`make`], durably, whoever makes it.
pub(crate) fn make_once(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    make(path, bytes, true).map(|_| ())
}

/// Puts these bytes in the place of what is at `path`.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), StoreError> {
    let temporary = write(path, bytes, false)?;
    fs::rename(&temporary, path).map_err(|error| {
        let _ = fs::remove_file(&temporary);
        StoreError::io("write", path)(error)
    })
}

/// A file beside `path` that nobody else has: some file systems link within one folder only.
fn write(path: &Path, bytes: &[u8], durable: bool) -> Result<PathBuf, StoreError> {
    let temporary = path.with_file_name(format!(".tmp-{}", names::token(&names::worker())));
    let write = || {
        let mut file = OpenOptions::new().write(true).create_new(true).open(&temporary)?;
        file.write_all(bytes)?;
        if durable { file.sync_all() } else { Ok(()) }
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&temporary);
        StoreError::io("write", path)(error)
    })?;
    Ok(temporary)
}
