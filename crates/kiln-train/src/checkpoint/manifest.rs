//! The manifest of a checkpoint: length and hash of every file.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::TrainError;

/// Name of the manifest in the folder of a checkpoint.
pub(crate) const MANIFEST: &str = "MANIFEST.json";

/// What a checkpoint holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
    /// [`TrainError::Damaged`] when the manifest is missing or broken, or a file has another length or hash.
    pub fn read(folder: &Path) -> Result<(Self, BTreeMap<String, Vec<u8>>), TrainError> {
        let text = fs::read(folder.join(MANIFEST))
            .map_err(|e| TrainError::damaged(folder, format!("{MANIFEST} cannot be read: {e}")))?;
        let manifest: Self = serde_json::from_slice(&text)
            .map_err(|e| TrainError::damaged(folder, format!("{MANIFEST} is not valid: {e}")))?;
        if manifest.format != super::FORMAT {
            let reason =
                format!("it has format {}, this program reads format {}", manifest.format, super::FORMAT);
            return Err(TrainError::damaged(folder, reason));
        }
        let mut contents = BTreeMap::new();
        for (name, entry) in &manifest.files {
            // A manifest that was tampered with must not lead out of its folder.
            if name.contains(['/', '\\']) || name == ".." {
                return Err(TrainError::damaged(folder, format!("{MANIFEST} names the file {name:?}")));
            }
            let bytes = fs::read(folder.join(name))
                .map_err(|e| TrainError::damaged(folder, format!("{name} cannot be read: {e}")))?;
            if bytes.len() as u64 != entry.bytes {
                let reason = format!("{name} has {} bytes, the manifest says {}", bytes.len(), entry.bytes);
                return Err(TrainError::damaged(folder, reason));
            }
            if FileEntry::of(&bytes) != *entry {
                return Err(TrainError::damaged(
                    folder,
                    format!("the contents of {name} do not match its hash"),
                ));
            }
            contents.insert(name.clone(), bytes);
        }
        Ok((manifest, contents))
    }
}
