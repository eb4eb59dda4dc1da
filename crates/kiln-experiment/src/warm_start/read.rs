//! The weights to start from, as they are on the disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use kiln_config::{Flags, ModelSettings};
use kiln_core::Weights;
use kiln_core::file::is_folder;
use kiln_data::Fitted;

use crate::error::{ExperimentError, RunError, StartError};
use crate::run::RunRecord;
use crate::stored::{best_weights, stored_with};

/// The weights to start from.
#[derive(Debug)]
pub(crate) struct StartWeights {
    pub(super) path: PathBuf,
    pub(super) weights: Weights,
    /// Whether their file says how they lie.
    pub(super) is_marked: bool,
    /// Where they are of a run: the preprocessing that they were trained with, and what happened.
    pub(super) run: Option<(Arc<Fitted>, RunRecord)>,
    /// BLAKE3 of the weights, and of the preprocessing.
    pub(crate) blake3: String,
    /// What is wrong with newer checkpoints of the run.
    pub(super) passed_over: Vec<String>,
}

impl StartWeights {
    /// What these settings name; `None` where they name nothing.
    ///
    /// # Errors
    /// Weights that cannot be read, and [`StartError::Changed`].
    pub(crate) fn of(settings: &ModelSettings) -> Result<Option<Self>, ExperimentError> {
        let Some(path) = &settings.weights else { return Ok(None) };
        let found = if is_folder(path).map_err(RunError::io("look at", path))? {
            Self::of_run(path)?
        } else {
            Self::of_file(path)?
        };
        match &settings.weights_blake3 {
            Some(expected) if *expected != found.blake3 => {
                Err(StartError::Changed { path: path.clone() }.into())
            }
            _ => Ok(Some(found)),
        }
    }

    fn of_file(path: &Path) -> Result<Self, ExperimentError> {
        let file = Weights::read_any(path).map_err(|source| StartError::Weights { source: source.into() })?;
        Ok(Self {
            path: path.to_owned(),
            blake3: file.weights.blake3(),
            weights: file.weights,
            is_marked: file.is_marked,
            run: None,
            passed_over: Vec::new(),
        })
    }

    fn of_run(path: &Path) -> Result<Self, ExperimentError> {
        let found = best_weights(path, &())?;
        // A run with adapters is started from with them in its weights.
        let lora = stored_with(path, Flags::default(), &[])?.config.model.lora;
        let weights =
            lora.map_or_else(|| found.saved.weights.clone(), |lora| lora.merged(&found.saved.weights));
        let mut hasher = blake3::Hasher::new();
        hasher.update(found.saved.weights.blake3().as_bytes());
        hasher.update(&serde_json::to_vec(&*found.fitted).map_err(ExperimentError::internal)?);
        Ok(Self {
            path: path.to_owned(),
            weights,
            is_marked: true,
            run: Some((found.fitted, RunRecord::read(path)?)),
            blake3: hasher.finalize().to_hex().to_string(),
            passed_over: found.passed_over.iter().map(ToString::to_string).collect(),
        })
    }
}
