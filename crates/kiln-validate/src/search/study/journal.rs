//! The journal of a study: one line for its settings, one for every trial that has ended.
//!
//! A line counts when its end is there. A trial is written once, by the one process that holds the lock, and synced
//! before anything is built on it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use kiln_core::file::{self, FileMark};
use serde::{Deserialize, Serialize};

use super::super::error::SearchError;
use super::super::trial::Trial;
use super::config::StudyConfig;

/// The version of the format.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
enum Line {
    Study {
        v: u32,
        #[serde(flatten)]
        config: Box<StudyConfig>,
    },
    Trial(Trial),
}

fn line(line: &Line) -> Vec<u8> {
    // Texts, numbers and lists with text for keys: nothing that JSON refuses.
    let mut bytes = serde_json::to_vec(line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

pub(super) fn header(config: &StudyConfig) -> Vec<u8> {
    line(&Line::Study { v: VERSION, config: Box::new(config.clone()) })
}

/// The journal, held by this process alone.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    file: File,
    /// Whether the path still leads to the file.
    mark: FileMark,
    /// Bytes that are whole lines.
    length: u64,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<(Self, StudyConfig, Vec<Trial>), SearchError> {
        // Asked before it is opened: a pipe would be waited for.
        file::open(path).map_err(SearchError::io("open", path))?;
        let mut file =
            OpenOptions::new().read(true).write(true).open(path).map_err(SearchError::io("open", path))?;
        let mark = FileMark::of(path, &file).map_err(SearchError::io("look at", path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(SearchError::Busy { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => return Err(SearchError::io("lock", path)(error)),
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(SearchError::io("read", path))?;
        let (config, trials, length) = parse(path, &bytes)?;
        let length = length as u64;
        file.set_len(length)
            .and_then(|()| file.seek(SeekFrom::Start(length)))
            .map_err(SearchError::io("write", path))?;
        Ok((Self { path: path.to_owned(), file, mark, length }, config, trials))
    }

    /// Adds a trial, and waits until it is on the disk.
    pub(super) fn append(&mut self, trial: &Trial) -> Result<(), SearchError> {
        // What goes to a file that somebody has deleted is lost.
        self.mark.check().map_err(SearchError::io("write", &self.path))?;
        let bytes = line(&Line::Trial(trial.clone()));
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        if let Err(error) = written {
            // A full disk takes a part of a line: what follows must not stand behind it.
            let _ = self.file.set_len(self.length);
            let _ = self.file.seek(SeekFrom::Start(self.length));
            return Err(SearchError::io("write", &self.path)(error));
        }
        self.length += bytes.len() as u64;
        Ok(())
    }
}

pub(super) fn read(path: &Path) -> Result<(StudyConfig, Vec<Trial>), SearchError> {
    let bytes = file::read(path).map_err(SearchError::io("read", path))?;
    let (config, trials, _) = parse(path, &bytes)?;
    Ok((config, trials))
}

/// The settings, the trials by number, and the length of the whole lines.
fn parse(path: &Path, bytes: &[u8]) -> Result<(StudyConfig, Vec<Trial>, usize), SearchError> {
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let damaged =
        |line: usize, reason: String| SearchError::Damaged { path: path.to_owned(), line: line + 1, reason };
    let mut config = None;
    let mut trials: Vec<Trial> = Vec::new();
    for (number, text) in bytes[..whole].split_inclusive(|byte| *byte == b'\n').enumerate() {
        let parsed = serde_json::from_slice(text).map_err(|error| damaged(number, error.to_string()))?;
        match (parsed, number) {
            (Line::Study { v: VERSION, config: read }, 0) => config = Some(*read),
            (Line::Study { v, .. }, 0) => {
                return Err(damaged(0, format!("it is of version {v}, this kiln knows {VERSION}")));
            }
            (Line::Trial(trial), 1..) => {
                match trials.binary_search_by_key(&trial.number, |known| known.number) {
                    Ok(_) => {
                        return Err(damaged(number, format!("trial {} stands there twice", trial.number)));
                    }
                    Err(place) => trials.insert(place, trial),
                }
            }
            _ => {
                return Err(damaged(
                    number,
                    "a study begins with its settings, and has them once".to_owned(),
                ));
            }
        }
    }
    let config = config.ok_or_else(|| damaged(0, "the settings of the study are missing".to_owned()))?;
    Ok((config, trials, whole))
}
