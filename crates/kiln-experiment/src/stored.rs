//! A run as it was written down: its configuration, its best weights.

use std::path::Path;
use std::sync::Arc;

use kiln_config::{Flags, Request, Resolved, resolve};
use kiln_core::Weights;
use kiln_data::preprocess::Fitted;
use kiln_data::{DataError, Reading, TokenizerError};
use kiln_train::TrainError;
use kiln_train::checkpoint::{CheckpointStore, SavedWeights};

use crate::error::{ExperimentError, LanguageError, RunError};
use crate::observer::{Event, Observer, tell};
use crate::run::{
    ALPHABET, CHECKPOINTS, CONFIG, DECISION, KeptDecision, PREPROCESS, RunRecord, is_cross_validation,
    is_ensemble, newest_training,
};
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
    let resolved = resolve(&Request { config: Some(config), overrides, flags, ..Request::default() })?;
    Ok(with_reading_of(&resolved, Some(run)))
}

/// The configuration with the rules by which the run in `folder` understands its data, where there is such a run.
pub(crate) fn with_reading_of(resolved: &Resolved, folder: Option<&Path>) -> Resolved {
    let mut resolved = resolved.clone();
    // A record that cannot be read is reported by those who need it.
    let record = folder.and_then(|folder| RunRecord::read(folder).ok());
    if let Some(data) = record.and_then(|record| record.data) {
        resolved.config.data.reading = Reading::of_number(data.reading);
    }
    resolved
}

/// Weights that a run keeps.
#[derive(Debug)]
#[non_exhaustive]
pub struct RunWeights {
    /// The checkpoint that they are of.
    pub saved: SavedWeights,
    /// The preprocessing that they were trained with.
    pub fitted: Arc<Fitted>,
    /// What is wrong with checkpoints that were passed over for them, the newest one first: they may have held better or later ones.
    pub passed_over: Vec<TrainError>,
}

/// The best weights of a run, and the preprocessing they were trained with. Damaged checkpoints are passed over, and the
/// observer hears of it ([`Event::PassedOver`]). The state of an optimiser may be damaged: it is not needed.
///
/// # Errors
/// A run without whole weights, weights that the operating system refuses to read, and a cross-validation, which has none.
pub fn best_weights(run: &Path, observer: &dyn Observer) -> Result<RunWeights, ExperimentError> {
    found(run, store(run)?.best_weights()?, observer)
}

/// As [`best_weights`], without the preprocessing: also of a language model, which has none.
///
/// # Errors
/// As [`best_weights`].
pub fn best_tensors(run: &Path, observer: &dyn Observer) -> Result<Weights, ExperimentError> {
    Ok(whole(run, store(run)?.best_weights()?, observer)?.0.weights)
}

/// As [`best_weights`], those that the training came to last.
///
/// # Errors
/// As [`best_weights`].
pub fn last_weights(run: &Path, observer: &dyn Observer) -> Result<RunWeights, ExperimentError> {
    found(run, store(run)?.last_weights()?, observer)
}

/// The checkpoints of a run.
fn store(run: &Path) -> Result<CheckpointStore, ExperimentError> {
    if is_ensemble(run)? {
        return Err(RunError::OfSeveral { run: run.to_owned() }.into());
    }
    if is_cross_validation(run)? {
        return Err(RunError::NoModel { run: run.to_owned() }.into());
    }
    Ok(CheckpointStore::new(newest_training(run)?.join(CHECKPOINTS), 1))
}

/// Weights with the preprocessing that is stored beside them.
fn found(
    run: &Path,
    weights: (Option<SavedWeights>, Vec<TrainError>),
    observer: &dyn Observer,
) -> Result<RunWeights, ExperimentError> {
    let (saved, passed_over) = whole(run, weights, observer)?;
    if saved.extra.contains_key(ALPHABET) {
        return Err(LanguageError::NoItems { run: run.to_owned() }.into());
    }
    let damaged = |reason: String| TrainError::Damaged { path: saved.path.clone(), reason };
    let bytes = saved.extra.get(PREPROCESS).ok_or_else(|| damaged("it holds no preprocessing".to_owned()))?;
    let fitted: Fitted =
        serde_json::from_slice(bytes).map_err(|error| unreadable(&error, PREPROCESS, damaged))?;
    Ok(RunWeights { saved, fitted: Arc::new(fitted), passed_over })
}

/// Why a file of a checkpoint cannot be read: it is damaged, or this build lacks what it needs.
pub(crate) fn unreadable(
    error: &serde_json::Error,
    name: &str,
    damaged: impl FnOnce(String) -> TrainError,
) -> ExperimentError {
    match TokenizerError::of_stored(error) {
        Some(missing) => DataError::from(missing).into(),
        None => damaged(format!("{name}: {error}")).into(),
    }
}

/// The weights, where there are any; says what was passed over for them.
fn whole(
    run: &Path,
    (weights, passed_over): (Option<SavedWeights>, Vec<TrainError>),
    observer: &dyn Observer,
) -> Result<(SavedWeights, Vec<TrainError>), ExperimentError> {
    let saved = weights.ok_or_else(|| RunError::NoCheckpoint { run: run.to_owned() })?;
    for error in &passed_over {
        let then = "using the one before";
        tell(observer, &Event::PassedOver { error, used: Some(&saved.path), then })?;
    }
    Ok((saved, passed_over))
}

/// What was chosen for `weights` of the run in `run`: [`KeptDecision`]. One of other weights is told of, and does not count.
///
/// # Errors
/// A file that is damaged or cannot be read.
pub(crate) fn kept_decision(
    run: &Path,
    weights: &Weights,
    observer: &dyn Observer,
) -> Result<Option<KeptDecision>, ExperimentError> {
    let Some(kept) = KeptDecision::read(run)? else { return Ok(None) };
    if kept.weights_blake3 == weights.blake3() {
        return Ok(Some(kept));
    }
    let path = run.join(DECISION);
    let text = format!(
        "{} was chosen for other weights, and is not used; choose again: `kiln eval --calibrate`, `--threshold`",
        path.display()
    );
    tell(observer, &Event::Warning(&text))?;
    Ok(None)
}
