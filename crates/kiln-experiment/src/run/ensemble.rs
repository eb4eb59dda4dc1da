//! `ensemble.json`: runs whose weighted mean is predicted.

use std::path::{Path, PathBuf};

use kiln_core::file::{self, is_file, write_durably};
use serde::{Deserialize, Serialize};

use crate::error::RunError;

/// The name of the file that makes a run an ensemble.
pub const ENSEMBLE: &str = "ensemble.json";

/// Runs whose weighted mean is predicted, and what chose the weights: `ensemble.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnsembleRecord {
    /// The version of the format: 1.
    pub v: u32,
    /// What the weights make small: `log_loss` of classes, `relative_squared_error` of numbers (1 − R²).
    pub loss: String,
    /// Its value for the weighted mean, on the items that chose the weights.
    pub value: f64,
    /// How many items those are.
    pub items: usize,
    /// The runs. Empty as long as they are trained.
    pub members: Vec<EnsembleMember>,
}

/// A run of an ensemble.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct EnsembleMember {
    /// What it is called: a preset, the number of a trial.
    pub name: String,
    /// Where it is, from the folder of the ensemble.
    pub run: PathBuf,
    /// Its weight. All weights sum to 1; a run with the weight 0 is not asked.
    pub weight: f64,
    /// The loss by itself, on the same items.
    pub alone: f64,
}

impl EnsembleRecord {
    /// Before its runs are trained.
    pub(crate) fn begun() -> Self {
        Self { v: 1, loss: String::new(), value: 0.0, items: 0, members: Vec::new() }
    }

    /// Reads the file in `folder`.
    ///
    /// # Errors
    /// [`RunError::Record`] for a damaged file, [`RunError::Io`].
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(ENSEMBLE);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        let record: Self = serde_json::from_slice(&bytes)
            .map_err(|error| RunError::Record { path: path.clone(), reason: error.to_string() })?;
        match record.members.iter().find(|member| !(member.weight.is_finite() && member.weight >= 0.0)) {
            Some(EnsembleMember { weight, .. }) => {
                Err(RunError::Record { path, reason: format!("a weight is {weight}") })
            }
            None => Ok(record),
        }
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // Texts, numbers and lists: nothing that JSON refuses.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }

    /// Writes the file into `folder`.
    pub(crate) fn write(&self, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(ENSEMBLE);
        write_durably(&path, &self.to_bytes()).map_err(RunError::io("write", &path))
    }
}

/// Whether the run in `folder` is an ensemble.
///
/// # Errors
/// [`RunError::Io`] when the operating system does not say.
pub fn is_ensemble(folder: &Path) -> Result<bool, RunError> {
    let path = folder.join(ENSEMBLE);
    is_file(&path).map_err(RunError::io("look at", &path))
}
