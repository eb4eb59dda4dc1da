//! `metrics.jsonl`: one line an epoch, appended; cut back to the checkpoint on resume.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use kiln_core::file::{self, write_durably};

use crate::{EpochRecord, History, TrainError};

/// The file that records every epoch of a run.
#[derive(Debug, Clone)]
pub(crate) struct MetricsLog {
    path: PathBuf,
}

impl MetricsLog {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Appends a line and waits until it is on the disk, because a checkpoint will count on it.
    pub(crate) fn append(&self, record: &EpochRecord, sync: bool) -> Result<(), TrainError> {
        let mut line = serde_json::to_vec(record).map_err(|e| TrainError::damaged(&self.path, e))?;
        line.push(b'\n');
        let write = || {
            // Lines were there before this one: a file without them is not the one that they went to.
            let first = record.seq == 0;
            let mut log = OpenOptions::new().create(first).append(true).open(&self.path)?;
            log.write_all(&line)?;
            if sync { log.sync_data() } else { Ok(()) }
        };
        write().map_err(|e| TrainError::io("write", &self.path, e))
    }

    /// Makes what was appended without it survive a power cut.
    pub(crate) fn sync(&self) -> Result<(), TrainError> {
        match OpenOptions::new().append(true).open(&self.path) {
            Ok(file) => file.sync_data().map_err(|e| TrainError::io("write", &self.path, e)),
            // Saved in the first epoch: nothing has been appended.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(TrainError::io("write", &self.path, error)),
        }
    }

    /// The first `lines` records; everything after them is cut off.
    pub(crate) fn cut(&self, lines: u64) -> Result<History, TrainError> {
        let (history, length, total) = self.read_prefix(lines)?;
        if (history.epochs.len() as u64) < lines {
            let reason = format!("it has {} lines, the checkpoint counts {lines}", history.epochs.len());
            return Err(TrainError::damaged(&self.path, reason));
        }
        if length < total.len() {
            write_durably(&self.path, &total[..length]).map_err(|e| TrainError::io("cut", &self.path, e))?;
        }
        Ok(history)
    }

    fn read_prefix(&self, lines: u64) -> Result<(History, usize, Vec<u8>), TrainError> {
        let bytes = match file::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(TrainError::io("read", &self.path, error)),
        };
        let mut history = History::default();
        let mut length = 0;
        for line in
            bytes.split_inclusive(|&byte| byte == b'\n').take(usize::try_from(lines).unwrap_or(usize::MAX))
        {
            // A line without an end was torn by a crash: it never counted.
            let Ok(record) = serde_json::from_slice::<EpochRecord>(line) else { break };
            if line.last() != Some(&b'\n') || record.seq != history.epochs.len() as u64 {
                break;
            }
            history.epochs.push(record);
            length += line.len();
        }
        Ok((history, length, bytes))
    }
}

/// Reads the epochs of a run from its `metrics.jsonl`, up to the first line that is not whole.
///
/// # Errors
/// [`TrainError::Io`] when the file cannot be read; a file that does not exist holds none.
pub fn read_history(path: &Path) -> Result<History, TrainError> {
    MetricsLog::new(path.to_owned()).read_prefix(u64::MAX).map(|(history, ..)| history)
}
