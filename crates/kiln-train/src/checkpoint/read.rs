//! A checkpoint as it is read.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use kiln_core::{Layout, Weights};

use super::TrainState;
use super::manifest::Manifest;
use crate::TrainError;

pub(super) const MODEL: &str = "model.safetensors";
pub(super) const OPTIM: &str = "optim.safetensors";
pub(super) const AVERAGE: &str = "average.safetensors";
pub(super) const TASK: &str = "task.safetensors";
pub(super) const STATE: &str = "state.json";

/// A checkpoint that was read and found whole.
#[derive(Debug, Clone)]
pub struct Checkpoint {
    /// Its folder.
    pub path: PathBuf,
    /// The weights that count: those that were evaluated. With an average they are the average.
    pub weights: Weights,
    /// With an average, what else training needs to go on: see [`kiln_optim::Average::state`]. Empty without.
    pub average: Weights,
    /// The state of the optimiser.
    pub optimizer: Weights,
    /// The tensors that the task keeps; empty without.
    pub task: Weights,
    /// Where the loop stood.
    pub state: TrainState,
    /// Files that were attached with [`CheckpointStore::attach`](super::CheckpointStore::attach).
    pub extra: BTreeMap<String, Vec<u8>>,
}

/// The checkpoints with the best weights that the one in `path` may need, as far as that can be read.
pub(super) fn best_of(path: &Path) -> Vec<String> {
    let read = || serde_json::from_slice::<TrainState>(&fs::read(path.join(STATE)).ok()?).ok();
    let Some(state) = read() else { return Vec::new() };
    let before = state.before_cut.and_then(|before| before.best);
    state.best.into_iter().chain(before).collect()
}

/// Reads and checks every file of the checkpoint in `path`.
pub(super) fn load(path: &Path) -> Result<(Manifest, Checkpoint), TrainError> {
    let (manifest, mut files) = Manifest::read(path)?;
    let mut take = |name: &str| {
        files.remove(name).ok_or_else(|| TrainError::damaged(path, format!("the manifest lacks {name}")))
    };
    // Checkpoints are kiln's own, whether they say so or are older than the mark.
    let parse = |bytes: &[u8]| {
        Weights::from_safetensors_as(bytes, Layout::Kiln).map_err(|e| TrainError::damaged(path, e))
    };
    let (weights, optimizer) = (parse(&take(MODEL)?)?, parse(&take(OPTIM)?)?);
    let state: TrainState = serde_json::from_slice(&take(STATE)?)
        .map_err(|e| TrainError::damaged(path, format!("{STATE}: {e}")))?;
    let mut optional = |name: &str| files.remove(name).map_or(Ok(Weights::default()), |bytes| parse(&bytes));
    let (average, task) = (optional(AVERAGE)?, optional(TASK)?);
    let path = path.to_owned();
    Ok((manifest, Checkpoint { path, weights, average, optimizer, task, state, extra: files }))
}
