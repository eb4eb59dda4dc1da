//! The manifest of a checkpoint: length and hash of every file.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use kiln_core::file;
use serde::{Deserialize, Serialize};

use crate::TrainError;

/// Name of the manifest in the folder of a checkpoint.
pub(crate) const MANIFEST: &str = "MANIFEST.json";
/// The most bytes of a manifest, which has a line or two for each file.
const LONGEST: u64 = 1 << 24;

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// Version of the layout.
    pub format: u32,
    /// Optimiser steps done.
    pub step: u64,
    /// Files by name.
    pub files: BTreeMap<String, FileEntry>,
}

/// One file of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FileEntry {
    /// Length in bytes.
    pub bytes: u64,
    /// BLAKE3 of the contents, in hexadecimal.
    pub blake3: String,
}

impl FileEntry {
    pub(crate) fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, blake3: blake3::hash(bytes).to_hex().to_string() }
    }
}

impl Manifest {
    /// Reads the manifest in `folder` and every file it names.
    ///
    /// # Errors
    /// [`TrainError::Damaged`] when the manifest is missing or broken, or a file has another length or hash;
    /// [`TrainError::Io`] when the operating system refuses to read what may be whole.
    pub fn read(folder: &Path) -> Result<(Self, BTreeMap<String, Vec<u8>>), TrainError> {
        let manifest = Self::open(folder)?;
        let names: Vec<&str> = manifest.files.keys().map(String::as_str).collect();
        let contents = manifest.read_files(folder, names)?;
        Ok((manifest, contents))
    }

    /// Reads the manifest in `folder` alone.
    ///
    /// # Errors
    /// As [`Manifest::read`], for the manifest.
    pub fn open(folder: &Path) -> Result<Self, TrainError> {
        let path = folder.join(MANIFEST);
        let (open, length) = file::open(&path).map_err(|e| unreadable(folder, MANIFEST, e))?;
        if length > LONGEST {
            return Err(TrainError::damaged(folder, format!("{MANIFEST} has {length} bytes: it is none")));
        }
        let text = file::read_open(open, length).map_err(|e| unreadable(folder, MANIFEST, e))?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|e| TrainError::damaged(folder, format!("{MANIFEST} is not valid: {e}")))?;
        if manifest.format != super::FORMAT {
            let reason =
                format!("it has format {}, this program reads format {}", manifest.format, super::FORMAT);
            return Err(TrainError::damaged(folder, reason));
        }
        Ok(manifest)
    }

    /// Reads and checks these files of the checkpoint in `folder`; what the manifest does not name is not there.
    ///
    /// # Errors
    /// As [`Manifest::read`], for these files.
    pub(crate) fn read_files<'a>(
        &self,
        folder: &Path,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<BTreeMap<String, Vec<u8>>, TrainError> {
        let mut contents = BTreeMap::new();
        for name in names {
            if let Some(entry) = self.files.get(name) {
                contents.insert(name.to_owned(), entry.read(folder, name)?);
            }
        }
        Ok(contents)
    }
}

impl FileEntry {
    /// Reads the file `name` in `folder`. Its length is looked at before its contents: what is too long is not read.
    fn read(&self, folder: &Path, name: &str) -> Result<Vec<u8>, TrainError> {
        // A manifest that was tampered with must not lead out of its folder.
        if name.contains(['/', '\\']) || name == ".." {
            return Err(TrainError::damaged(folder, format!("{MANIFEST} names the file {name:?}")));
        }
        let (open, length) = file::open(&folder.join(name)).map_err(|e| unreadable(folder, name, e))?;
        let other_length = |length: u64| {
            let reason = format!("{name} has {length} bytes, the manifest says {}", self.bytes);
            Err(TrainError::damaged(folder, reason))
        };
        if length != self.bytes {
            return other_length(length);
        }
        let bytes = file::read_open(open, length).map_err(|e| unreadable(folder, name, e))?;
        if bytes.len() as u64 != self.bytes {
            return other_length(bytes.len() as u64);
        }
        if Self::of(&bytes) != *self {
            return Err(TrainError::damaged(folder, format!("the contents of {name} do not match its hash")));
        }
        Ok(bytes)
    }
}

/// A file that is not there, or is no file, is damage. Where the operating system refuses, nobody knows what is there.
fn unreadable(folder: &Path, name: &str, error: io::Error) -> TrainError {
    if file::is_refusal(&error) {
        TrainError::io("read", &folder.join(name), error)
    } else {
        TrainError::damaged(folder, format!("{name} cannot be read: {error}"))
    }
}
