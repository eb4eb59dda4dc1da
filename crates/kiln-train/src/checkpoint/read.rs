//! A checkpoint as it is read.

use std::collections::BTreeMap;
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
#[non_exhaustive]
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

/// What of a checkpoint is needed to predict: not the state of the optimiser, which need not be whole for it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SavedWeights {
    /// The folder of the checkpoint.
    pub path: PathBuf,
    /// The weights that count: those that were evaluated. With an average they are the average.
    pub weights: Weights,
    /// Where the loop stood.
    pub state: TrainState,
    /// Files that were attached with [`CheckpointStore::attach`](super::CheckpointStore::attach).
    pub extra: BTreeMap<String, Vec<u8>>,
}

/// The checkpoints with the best weights that the one in `path` may need, as far as it is whole.
pub(super) fn best_of(path: &Path) -> Result<Vec<String>, TrainError> {
    match state(path) {
        Ok(state) => {
            let before = state.before_cut.and_then(|before| before.best);
            Ok(state.best.into_iter().chain(before).collect())
        }
        Err(TrainError::Damaged { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// Reads and checks where the loop stood in the checkpoint in `path`, and nothing else of it.
pub(super) fn state(path: &Path) -> Result<TrainState, TrainError> {
    Files::open(path, |name| name == STATE)?.state()
}

/// Reads and checks what of the checkpoint in `path` is needed to predict.
pub(super) fn load_weights(path: &Path) -> Result<SavedWeights, TrainError> {
    let mut files = Files::open(path, |name| ![OPTIM, AVERAGE, TASK].contains(&name))?;
    let (weights, state) = (files.weights(MODEL)?, files.state()?);
    Ok(SavedWeights { path: path.to_owned(), weights, state, extra: files.contents })
}

/// Reads and checks every file of the checkpoint in `path`.
pub(super) fn load(path: &Path) -> Result<(Manifest, Checkpoint), TrainError> {
    let mut files = Files::open(path, |_| true)?;
    let (weights, optimizer, state) = (files.weights(MODEL)?, files.weights(OPTIM)?, files.state()?);
    let (average, task) = (files.optional_weights(AVERAGE)?, files.optional_weights(TASK)?);
    let Files { manifest, contents: extra, .. } = files;
    Ok((manifest, Checkpoint { path: path.to_owned(), weights, average, optimizer, task, state, extra }))
}

/// Files of a checkpoint whose length and hash are right.
struct Files<'a> {
    path: &'a Path,
    manifest: Manifest,
    contents: BTreeMap<String, Vec<u8>>,
}

impl<'a> Files<'a> {
    /// Those that are wanted.
    fn open(path: &'a Path, wanted: impl Fn(&str) -> bool) -> Result<Self, TrainError> {
        let manifest = Manifest::open(path)?;
        let names = manifest.files.keys().map(String::as_str).filter(|name| wanted(name));
        let contents = manifest.read_files(path, names)?;
        Ok(Self { path, manifest, contents })
    }

    fn take(&mut self, name: &str) -> Result<Vec<u8>, TrainError> {
        let bytes = self.contents.remove(name);
        bytes.ok_or_else(|| TrainError::damaged(self.path, format!("the manifest lacks {name}")))
    }

    fn weights(&mut self, name: &str) -> Result<Weights, TrainError> {
        let bytes = self.take(name)?;
        self.parse(&bytes)
    }

    fn optional_weights(&mut self, name: &str) -> Result<Weights, TrainError> {
        self.contents.remove(name).map_or(Ok(Weights::default()), |bytes| self.parse(&bytes))
    }

    /// Checkpoints are kiln's own, whether they say so or are older than the mark.
    fn parse(&self, bytes: &[u8]) -> Result<Weights, TrainError> {
        Weights::from_safetensors_as(bytes, Layout::Kiln).map_err(|e| TrainError::damaged(self.path, e))
    }

    fn state(&mut self) -> Result<TrainState, TrainError> {
        let bytes = self.take(STATE)?;
        serde_json::from_slice(&bytes).map_err(|e| TrainError::damaged(self.path, format!("{STATE}: {e}")))
    }
}
