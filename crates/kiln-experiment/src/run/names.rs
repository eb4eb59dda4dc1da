//! The names of the files of a run.

use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::file::is_folder;

use crate::error::RunError;

/// The whole resolved configuration.
pub const CONFIG: &str = "run.toml";
/// What happened: [`RunRecord`](crate::run::RunRecord).
pub const RECORD: &str = "run.json";
/// How classes are decided, where something was chosen: [`KeptDecision`](crate::run::KeptDecision).
pub const DECISION: &str = "decision.json";
/// How far predictions are off on the calibration part, where that was asked for.
pub const INTERVALS: &str = "intervals.json";
/// One line for each epoch.
pub const METRICS: &str = "metrics.jsonl";
/// In the run of a language model the texts that it has written.
pub const SAMPLES: &str = "samples.jsonl";
/// The trials of a search.
pub(crate) const STUDY: &str = "study.jsonl";
/// A regularisation path.
pub(crate) const PATH: &str = "path.json";
/// A learning or a validation curve.
pub(crate) const CURVE: &str = "curve.json";
/// A comparison of devices.
pub(crate) const COMPARISON: &str = "compare.json";
/// The file that the process at work on a run has locked.
pub const LOCK: &str = "lock";
/// The folder of the checkpoints in a run.
pub const CHECKPOINTS: &str = "checkpoints";
/// The folder, in a run with `data.refit`, of the training that the validation part was held out from.
pub const HOLDOUT: &str = "holdout";
/// The configuration that a checkpoint was made with.
pub const SETTINGS: &str = "settings.json";
/// The fitted preprocessing in a checkpoint.
pub const PREPROCESS: &str = "preprocess.json";
/// In a checkpoint of a language model its tokens.
pub(crate) const ALPHABET: &str = "alphabet.json";
/// What a path or a curve has measured so far.
pub(crate) const PROGRESS: &str = "progress.jsonl";

/// The folder of the training that a run has come to: with `data.refit` that with the validation part held out, until the
/// other one has a checkpoint.
///
/// # Errors
/// [`RunError::Io`] when the system refuses to look.
pub fn newest_training(run: &Path) -> Result<PathBuf, RunError> {
    let is = |folder: &Path| is_folder(folder).map_err(RunError::io("look at", folder));
    let holdout = run.join(HOLDOUT);
    Ok(if is(&holdout)? && !is(&run.join(CHECKPOINTS))? { holdout } else { run.to_owned() })
}

/// Makes the folder of the training that the validation part is held out from, in a run that is there.
pub(crate) fn holdout(run: &Path) -> Result<PathBuf, RunError> {
    let folder = run.join(HOLDOUT);
    match fs::create_dir(&folder) {
        Err(error) if !folder.is_dir() => Err(RunError::io("make", &folder)(error)),
        _ => Ok(folder),
    }
}
