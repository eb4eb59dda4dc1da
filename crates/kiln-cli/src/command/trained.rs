//! A run's best weights, for `eval` and `predict`.

use std::path::Path;
use std::sync::Arc;

use kiln_data::preprocess::Fitted;
use kiln_train::checkpoint::{Checkpoint, CheckpointStore};

use super::cv::Study;
use super::train::PREPROCESS;
use crate::error::CliError;
use crate::output::Output;

/// The checkpoint with the best weights of a run, and the preprocessing they were trained with.
pub(super) fn best(run: &Path, out: Output) -> Result<(Checkpoint, Arc<Fitted>), CliError> {
    if Study::is_in(run) {
        return Err(CliError::NoModel { run: run.to_owned() });
    }
    let store = CheckpointStore::new(run.join("checkpoints"), 1);
    let (newest, damaged) = store.newest()?;
    for error in damaged {
        out.say(&format!("warning: {error}; using the one before"));
    }
    let newest = newest.ok_or_else(|| CliError::NoCheckpoint { run: run.to_owned() })?;
    let checkpoint = match &newest.state.best {
        Some(name) if !newest.path.ends_with(name) => store.load(name)?,
        _ => newest,
    };
    let damaged = |reason: &str| CliError::damaged(&checkpoint.path, reason);
    let bytes = checkpoint.extra.get(PREPROCESS).ok_or_else(|| damaged("it holds no preprocessing"))?;
    let fitted: Fitted =
        serde_json::from_slice(bytes).map_err(|error| damaged(&format!("{PREPROCESS}: {error}")))?;
    Ok((checkpoint, Arc::new(fitted)))
}
