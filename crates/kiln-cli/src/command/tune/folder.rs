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
use kiln_core::file::write_durably;
use kiln_validate::search::{Assignment, Study, StudyConfig};
use serde::{Deserialize, Serialize};

use super::TuneError;
use crate::args::Global;
use crate::command::start::{BASE, Start};
use crate::error::CliError;
use crate::run_dir::{RunDir, RunError, find_with};

pub(super) const JOURNAL: &str = "study.jsonl";
const RECORD: &str = "tune.json";
pub(super) const BEST: &str = "best.toml";
pub(super) const TRIALS: &str = "trials";

/// `tune.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Record {
    /// The version of the format: 1.
    pub(super) v: u32,
    /// What the study is called.
    pub(super) label: String,
    /// The validation metric that is the objective.
    pub(super) monitor: String,
    /// Trials in all.
    pub(super) trials: u64,
    /// What every trial's configuration starts from.
    #[serde(flatten)]
    pub(super) start: Start,
    /// The arguments of the command, without the name of the program.
    pub(super) arguments: Vec<String>,
}

/// A study that this process alone works on.
#[derive(Debug)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) record: Record,
    flags: Flags,
}

impl Folder {
    /// Makes the folder of a new study. `base`: the text of the file or recipe.
    pub(super) fn create(
        record: Record,
        base: Option<String>,
        config: &StudyConfig,
        global: &Global,
    ) -> Result<(Self, Study), CliError> {
        let (journal, bytes) = (Study::header(config)?, bytes(&record));
        let mut files: Vec<(&str, &[u8])> = vec![(JOURNAL, &journal), (RECORD, &bytes)];
        files.extend(base.as_ref().map(|text| (BASE, text.as_bytes())));
        let slug = format!("tune-{}", crate::text::slug(&record.label));
        // The journal has a lock of its own, which is held as long as the study is open.
        let made = RunDir::create_with(&global.runs_dir(), &slug, SystemTime::now(), &files)?;
        let path = made.path().to_owned();
        drop(made);
        let study = Study::open(&path.join(JOURNAL))?;
        Ok((Self { path, record, flags: Flags::default() }, study))
    }

    /// Takes hold of a study. `trials`: how many it is to have, if that changes.
    pub(super) fn open(name: &str, trials: Option<u64>, global: &Global) -> Result<(Self, Study), CliError> {
        let folder = global.runs_dir();
        let path = find_with(name, &folder, JOURNAL).map_err(|error| match error {
            RunError::NotFound { name, .. } => TuneError::NotFound { name, folder }.into(),
            RunError::NotARun { .. } => TuneError::NotFound { name: name.to_owned(), folder }.into(),
            other => CliError::from(other),
        })?;
        let file = path.join(RECORD);
        let text = fs::read(&file).map_err(RunError::io("read", &file))?;
        let mut record: Record = serde_json::from_slice(&text)
            .map_err(|error| TuneError::Record { path: file.clone(), reason: error.to_string() })?;
        let study = Study::open(&path.join(JOURNAL))?;
        if let Some(trials) = trials.filter(|trials| *trials != record.trials) {
            record.trials = trials;
            write_durably(&file, &bytes(&record)).map_err(RunError::io("write", &file))?;
        }
        // A run that was being made when its process was killed.
        if let Ok(entries) = fs::read_dir(path.join(TRIALS)) {
            for entry in
                entries.flatten().filter(|entry| entry.file_name().as_encoded_bytes().starts_with(b".tmp-"))
            {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
        // Where to compute, and where the data are now, may change; what decides the results may not.
        let flags = Flags {
            device: global.device.clone(),
            threads: global.threads,
            data: global.data.clone(),
            ..Flags::default()
        };
        Ok((Self { path, record, flags }, study))
    }

    /// The configuration of a trial.
    pub(super) fn resolve(&self, params: &Assignment) -> Result<Resolved, CliError> {
        self.record.start.resolve_in(&self.path, self.flags.clone(), params)
    }

    /// The run of a trial.
    pub(super) fn run(&self, number: u64) -> PathBuf {
        self.path.join(TRIALS).join(format!("{number:04}"))
    }
}

fn bytes(record: &Record) -> Vec<u8> {
    // Texts, numbers and lists: nothing that JSON refuses.
    let mut bytes = serde_json::to_vec_pretty(record).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// Where `best.toml` of a study is.
pub(super) fn best(path: &Path) -> PathBuf {
    path.join(BEST)
}
