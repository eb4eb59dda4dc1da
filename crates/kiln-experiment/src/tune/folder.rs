//! The folder of a study:
//!
//! ```text
//! runs/<time>-tune-<slug>-<4 hex>/
//!   study.jsonl      what decides the table, and one line for every trial that has ended
//!   tune.json        the rest: how many trials, and what every trial's configuration starts from
//!   base.toml        the file or recipe as it was
//!   trials/0000/     each a run
//!   best.toml        the configuration of the best trial
//! ```

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_config::{Flags, Resolved};
use kiln_core::file::{self, write_durably};
use kiln_validate::search::{Assignment, Study, StudyConfig};
use kiln_work::Place;
use serde::{Deserialize, Serialize};

use crate::error::{ExperimentError, RunError, TuneError};
use crate::run::{RunFolder, STUDY, find_with, slug};
use crate::session::Session;
use crate::start::{BASE, NewStart, Start};

pub(super) const RECORD: &str = "tune.json";
pub(super) const BEST: &str = "best.toml";
const TRIALS: &str = "trials";

/// What a search is called and starts from: `tune.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TuneRecord {
    /// The version of the format: 1.
    pub v: u32,
    /// What the study is called.
    pub label: String,
    /// The validation metric that is the objective.
    pub monitor: String,
    /// Trials in all.
    pub trials: u64,
    /// What every trial's configuration starts from.
    #[serde(flatten)]
    pub start: Start,
    /// The arguments of the command, without the name of the program.
    pub arguments: Vec<String>,
}

impl TuneRecord {
    /// Reads the file of the search in `folder`.
    ///
    /// # Errors
    /// [`TuneError::Record`] for a damaged file, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Self, ExperimentError> {
        let path = folder.join(RECORD);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        let record = serde_json::from_slice(&bytes);
        record.map_err(|error| TuneError::Record { path, reason: error.to_string() }.into())
    }
}

/// A study that this process alone works on, or shares.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) record: TuneRecord,
    flags: Flags,
}

/// The folder of the study called `name`: a path, `last`, or in `runs_dir` a name or a part of one.
///
/// # Errors
/// [`TuneError::NotFound`], [`RunError::Ambiguous`].
pub fn find_study(name: &str, runs_dir: &Path) -> Result<PathBuf, ExperimentError> {
    find_with(name, runs_dir, STUDY).map_err(|error| match error {
        RunError::NotFound { name, .. } => TuneError::NotFound { name, folder: runs_dir.to_owned() }.into(),
        RunError::NotARun { .. } => {
            TuneError::NotFound { name: name.to_owned(), folder: runs_dir.to_owned() }.into()
        }
        other => other.into(),
    })
}

impl Folder {
    /// Makes the folder of a new study.
    pub(super) fn create(
        record: TuneRecord,
        start: &NewStart,
        config: &StudyConfig,
        session: &Session,
    ) -> Result<(Self, Study), ExperimentError> {
        let (journal, bytes, base) = (Study::header(config)?, bytes(&record), start.text());
        let mut files: Vec<(&str, &[u8])> = vec![(STUDY, &journal), (RECORD, &bytes)];
        files.extend(base.as_ref().map(|text| (BASE, text.as_bytes())));
        let slug = format!("tune-{}", slug(&record.label));
        // The journal has a lock of its own, which is held as long as the study is open.
        let made = RunFolder::create_with(&session.runs_dir, &slug, SystemTime::now(), &files)?;
        let path = made.path().to_owned();
        drop(made);
        let study = Study::open(&path.join(STUDY))?;
        Ok((Self { path, record, flags: Flags::default() }, study))
    }

    /// Takes hold of the study in `path`. `trials`: how many it is to have, if that changes.
    pub(super) fn open(
        path: &Path,
        trials: Option<u64>,
        session: &Session,
    ) -> Result<(Self, Study), ExperimentError> {
        let name = path.join(RECORD);
        let mut record = TuneRecord::read(path)?;
        let study = Study::open(&path.join(STUDY))?;
        if let Some(trials) = trials.filter(|trials| *trials != record.trials) {
            record.trials = trials;
            write_durably(&name, &bytes(&record)).map_err(RunError::io("write", &name))?;
        }
        // A run that was being made when its process was killed. Of a study that is shared it may be that of another worker.
        if Place::read(path)?.is_none()
            && let Ok(entries) = fs::read_dir(path.join(TRIALS))
        {
            for entry in
                entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b".tmp-"))
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        // Where to compute, and where the data are now, may change; what decides the results may not.
        Ok((Self { path: path.to_owned(), record, flags: session.place() }, study))
    }

    /// The study in `path`, of which another process may have hold.
    pub(super) fn join(path: &Path, session: &Session) -> Result<(Self, Study), ExperimentError> {
        let (record, study) = (TuneRecord::read(path)?, Study::read(&path.join(STUDY))?);
        Ok((Self { path: path.to_owned(), record, flags: session.place() }, study))
    }

    /// The configuration of a trial.
    pub(super) fn resolve(&self, params: &Assignment) -> Result<Resolved, ExperimentError> {
        self.record.start.resolve_in(&self.path, self.flags.clone(), params)
    }

    /// The run of a trial.
    pub(super) fn run(&self, number: u64) -> PathBuf {
        self.path.join(Self::place(number))
    }

    /// Where the run of a trial is in the folder.
    pub(super) fn place(number: u64) -> PathBuf {
        trial_place(number)
    }

    /// Where the configuration of the best trial is.
    pub(super) fn best(&self) -> PathBuf {
        self.path.join(BEST)
    }
}

/// Where the run of a trial is in the folder of its study.
pub(crate) fn trial_place(number: u64) -> PathBuf {
    Path::new(TRIALS).join(format!("{number:04}"))
}

fn bytes(record: &TuneRecord) -> Vec<u8> {
    // Texts, numbers and lists: nothing that JSON refuses.
    let mut bytes = serde_json::to_vec_pretty(record).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}
