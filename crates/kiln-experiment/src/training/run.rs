//! `train` and `resume`.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use kiln_config::{Resolved, annotated};
use kiln_models::Network;
use kiln_train::Outcome;
use kiln_train::checkpoint::{Checkpoint, CheckpointStore};

use super::changes::Changes;
use super::prepare::prepare;
use super::process::Process;
use super::record::new_record;
use crate::auto_device::AutoDevice;
use crate::edited;
use crate::error::ExperimentError;
use crate::job::Job;
use crate::observer::{Event, Observer, tell};
use crate::run::{CHECKPOINTS, NewRun, RunFolder, RunRecord, Status, newest_training, slug};
use crate::session::Session;

/// A run whose training has ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct Trained {
    /// The folder of the run.
    pub run: PathBuf,
    /// What happened, as `run.json` says it.
    pub record: RunRecord,
    /// The model, with its history. `outcome.stop` says why the training stopped. With `data.refit` they are those of the second
    /// training, which has no validation part.
    pub outcome: Outcome<Network>,
}

/// Trains a configuration of a data set in a new folder.
pub(crate) fn train(
    resolved: &Resolved,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    let auto = AutoDevice::of(resolved);
    let first = auto.as_ref().map(|auto| auto.first(resolved)).transpose()?;
    let mut job = prepare(first.as_ref().unwrap_or(resolved), observer)?;
    // Ranks compute on the same kind of device.
    let auto = auto.filter(|_| session.ranks.is_none());
    let device_choice = auto.map(|auto| auto.choose(&mut job, observer)).transpose()?;
    let record = RunRecord { device_choice, ..new_record(&job, &session.arguments) };
    let run = RunFolder::create(&NewRun {
        runs_dir: &session.runs_dir,
        slug: &slug(&resolved.label),
        time: SystemTime::now(),
        config: &annotated(&job.resolved),
        record: &record,
    })?;
    let (record, outcome) =
        Process { job: &job, run: &run, record, session, observer, changes: None, mlflow: None, crew: None }
            .go()?;
    Ok(Trained { run: run.path().to_owned(), record, outcome })
}

/// Goes on with a run of a data set, with changes. `resolved`: its settings, with these.
pub(crate) fn resume_with(
    path: &Path,
    resolved: &Resolved,
    changes: &Changes,
    session: &Session,
    observer: &dyn Observer,
) -> Result<Trained, ExperimentError> {
    let run = RunFolder::open(path)?;
    let mut record = RunRecord::read(path)?;
    record.must_have_tokenizer(&resolved.config.data, path)?;
    tell(observer, &Event::ReadingData { name: &path.display().to_string() })?;
    let job = Job::load(resolved)?;
    tell(observer, &Event::DataRead)?;
    record.must_be_of(&job.prepared.dataset, path)?;
    let job = match &record.data {
        Some(data) => job.begun_on(&data.fingerprint)?,
        None => job,
    };
    if let Some(newest) = tell_of_checkpoints(path, observer)? {
        let changes = edited::changes(&job.resolved, &newest.path, &newest.extra, &changes.allow)?;
        if !changes.is_empty() {
            tell(observer, &Event::SettingsChanged(&changes))?;
        }
    }
    let before = record.clone();
    record.status = Status::Running;
    record.write(path)?;
    let changes = Some(changes);
    let result =
        Process { job: &job, run: &run, record, session, observer, changes, mlflow: None, crew: None }.go();
    if result.is_err() && before.status == Status::Done {
        // What it had reached is not undone by a failure to read it once more.
        before.write(path)?;
    }
    let (record, outcome) = result?;
    Ok(Trained { run: run.path().to_owned(), record, outcome })
}

/// Says where the run in `path` goes on, and what is lost. Gives the checkpoint that it goes on from.
fn tell_of_checkpoints(path: &Path, observer: &dyn Observer) -> Result<Option<Checkpoint>, ExperimentError> {
    let store = CheckpointStore::new(newest_training(path)?.join(CHECKPOINTS), 1);
    let (newest, damaged) = store.newest()?;
    for error in &damaged {
        let used = newest.as_ref().map(|newest| newest.path.as_path());
        tell(observer, &Event::PassedOver { error, used, then: "going on from the one before" })?;
    }
    if let Some(checkpoint) = &newest
        && checkpoint.state.stop.is_none()
        && let Some(best) = &checkpoint.state.best
        && let Err(error) = store.load_weights(best)
    {
        let then = "the best weights so far are lost, those from here on count";
        tell(observer, &Event::PassedOver { error: &error, used: None, then })?;
    }
    tell(observer, &Event::GoesOn(newest.as_ref().map(|checkpoint| checkpoint.state.step)))?;
    Ok(newest)
}
