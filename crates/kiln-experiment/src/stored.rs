//! A run as it was written down: its configuration, its best weights.

use std::path::Path;
use std::sync::Arc;

use kiln_config::{Flags, Request, Resolved, resolve};
use kiln_data::preprocess::Fitted;
use kiln_train::TrainError;
use kiln_train::checkpoint::{Checkpoint, CheckpointStore};

use crate::error::{ExperimentError, RunError};
use crate::observer::{Event, Observer, tell};
use crate::run::{CHECKPOINTS, CONFIG, PREPROCESS, is_cross_validation};
use crate::session::Session;

/// The configuration of a run, as it was written down. The environment does not count, and of the session's flags only
/// those that say where to compute, on how many threads, and where the data are now.
///
/// # Errors
/// A configuration that cannot be read.
pub fn stored(run: &Path, session: &Session) -> Result<Resolved, ExperimentError> {
    stored_with(run, session.place(), &[])
}

/// As [`stored`], with these flags and changes.
pub(crate) fn stored_with(
    run: &Path,
    flags: Flags,
    overrides: &[String],
) -> Result<Resolved, ExperimentError> {
    let file = run.join(CONFIG);
    let config = file.to_str().ok_or_else(|| RunError::NotUtf8 { path: file.clone() })?.to_owned();
    let overrides = overrides.to_vec();
    Ok(resolve(&Request { config: Some(config), overrides, flags, ..Request::default() })?)
}

/// The checkpoint with the best weights of a run, and the preprocessing they were trained with. Damaged checkpoints are
/// passed over with a warning.
///
/// # Errors
/// A run without a whole checkpoint, and a cross-validation, which has none.
pub fn best_weights(
    run: &Path,
    observer: &dyn Observer,
) -> Result<(Checkpoint, Arc<Fitted>), ExperimentError> {
    let (store, newest) = newest(run, observer)?;
    match &newest.state.best {
        Some(name) if !newest.path.ends_with(name) => with_preprocessing(store.load(name)?),
        _ => with_preprocessing(newest),
    }
}

/// As [`best_weights`], those that the training came to last.
///
/// # Errors
/// As [`best_weights`].
pub fn last_weights(
    run: &Path,
    observer: &dyn Observer,
) -> Result<(Checkpoint, Arc<Fitted>), ExperimentError> {
    with_preprocessing(newest(run, observer)?.1)
}

/// The checkpoints of a run, and the newest one that is whole.
fn newest(run: &Path, observer: &dyn Observer) -> Result<(CheckpointStore, Checkpoint), ExperimentError> {
    if is_cross_validation(run) {
        return Err(RunError::NoModel { run: run.to_owned() }.into());
    }
    let store = CheckpointStore::new(run.join(CHECKPOINTS), 1);
    let (newest, damaged) = store.newest()?;
    for error in damaged {
        tell(observer, &Event::Warning(&format!("{error}; using the one before")))?;
    }
    let newest = newest.ok_or_else(|| RunError::NoCheckpoint { run: run.to_owned() })?;
    Ok((store, newest))
}

/// The preprocessing that is stored beside the weights.
fn with_preprocessing(checkpoint: Checkpoint) -> Result<(Checkpoint, Arc<Fitted>), ExperimentError> {
    let damaged = |reason: String| TrainError::Damaged { path: checkpoint.path.clone(), reason };
    let bytes =
        checkpoint.extra.get(PREPROCESS).ok_or_else(|| damaged("it holds no preprocessing".to_owned()))?;
    let fitted: Fitted =
        serde_json::from_slice(bytes).map_err(|error| damaged(format!("{PREPROCESS}: {error}")))?;
    Ok((checkpoint, Arc::new(fitted)))
}
