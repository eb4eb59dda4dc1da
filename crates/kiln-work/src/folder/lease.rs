//! What stands in the file of a lease.

use std::io::ErrorKind;
use std::path::Path;

use kiln_core::file::read;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;

/// What stands in the file of a lease.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeaseFile {
    /// What tells the lease from all others.
    pub(super) token: String,
    /// Whose it is.
    pub(super) worker: String,
    /// Since when the worker's machine is up: a name that no other machine has, and the same not after it was started again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) boot: Option<String>,
    /// How often it was renewed.
    pub(super) beat: u64,
    /// Whether another may take the unit.
    #[serde(default)]
    pub(super) given_back: bool,
}

impl LeaseFile {
    pub(super) fn new(token: &str, worker: &str, boot: Option<&str>) -> Self {
        let (worker, boot) = (worker.to_owned(), boot.map(str::to_owned));
        Self { token: token.to_owned(), worker, boot, beat: 0, given_back: false }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Texts and numbers: nothing that JSON refuses.
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// The lease at `path`. `None` where there is none.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, StoreError> {
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(StoreError::io("read", path)(error)),
        };
        let parsed = serde_json::from_slice(&bytes);
        parsed
            .map(Some)
            .map_err(|error| StoreError::Damaged { path: path.to_owned(), reason: error.to_string() })
    }
}
