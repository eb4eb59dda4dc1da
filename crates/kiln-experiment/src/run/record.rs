//! `run.json` and `metrics.jsonl`: what happened in a run.

use std::path::Path;

use kiln_core::file::{self, is_folder, write_durably};
use kiln_core::{CertificateRecord, EpochRecord, Metrics};
use kiln_data::{Fingerprint, Reading};
use serde::{Deserialize, Serialize};

use super::names::{HOLDOUT, METRICS, RECORD};
use crate::device_choice::DeviceChoice;
use crate::error::RunError;

/// `run.json`. Fields are only ever added; those that an older kiln did not write are empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunRecord {
    /// The version of the format: 1.
    pub v: u32,
    /// How far the run is.
    pub status: Status,
    /// When the run began, UTC.
    pub started: String,
    /// When the process that trained last ended, UTC.
    #[serde(default)]
    pub finished: Option<String>,
    /// The version of kiln.
    pub kiln: String,
    /// The version of Burn.
    pub burn: String,
    /// The arguments of the command, without the name of the program.
    pub arguments: Vec<String>,
    /// The seed of every random draw.
    pub seed: u64,
    /// The device by its full name.
    pub device: String,
    /// How the device was chosen, where the configuration said `auto`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device_choice: Option<DeviceChoice>,
    /// What the run was trained on.
    #[serde(default)]
    pub data: Option<DataRecord>,
    /// The training items of each class in their order, by their weights: what `class_weights = "balanced"` follows from. Empty
    /// for numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub class_counts: Vec<f64>,
    /// Trainable parameters.
    #[serde(default)]
    pub parameters: Option<u64>,
    /// Why training stopped.
    #[serde(default)]
    pub stop: Option<String>,
    /// The epoch whose weights were kept, from 1.
    #[serde(default)]
    pub best_epoch: Option<u64>,
    /// Of the best weights.
    #[serde(default)]
    pub validation: Metrics,
    /// Of the best weights.
    #[serde(default)]
    pub test: Metrics,
    /// Items that the kept weights were trained on, where those of the validation part are among them (`data.refit`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refit: Option<u64>,
    /// What logits are divided by, where the training was judged by its refinement: the probabilities of the test part are those
    /// that this temperature makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f64>,
    /// Seconds of training, those before a resume included.
    #[serde(default)]
    pub seconds: Option<f64>,
    /// How far from the optimum the weights are at most, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<CertificateRecord>,
    /// Share of exact zeros of each layer, where a penalty makes them.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub sparsity: Metrics,
    /// Outputs of each layer that nothing goes into, where there are any.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub zero_outputs: Metrics,
    /// Inputs of each layer that nothing comes from, where there are any.
    #[serde(default, skip_serializing_if = "Metrics::is_empty")]
    pub zero_inputs: Metrics,
    /// The most bytes that the process has held.
    #[serde(default)]
    pub peak_rss_bytes: Option<u64>,
    /// BLAKE3 of the kept weights.
    #[serde(default)]
    pub weights_blake3: Option<String>,
    /// The exit code of the command.
    #[serde(default)]
    pub exit_code: Option<u8>,
    /// The message of the error that ended the run.
    #[serde(default)]
    pub error: Option<String>,
}

/// What a run was trained on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DataRecord {
    /// What the data set is called.
    pub name: String,
    /// BLAKE3 of the contents.
    pub fingerprint: Fingerprint,
    /// Items for training.
    pub train: u64,
    /// Items for validation.
    pub validation: u64,
    /// Items that calibrate intervals.
    #[serde(default, skip_serializing_if = "is_none")]
    pub calibration: u64,
    /// Items for the test.
    pub test: u64,
    /// By which rules a table was understood: the number of a [`Reading`]. 1 where an older kiln did not write it.
    #[serde(default = "first")]
    pub reading: u32,
    /// BLAKE3 of the `tokenizer.json` that texts are cut by; none where a run has no such file, or an older kiln did not write it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Fingerprint>,
}

fn is_none(items: &u64) -> bool {
    *items == 0
}

fn first() -> u32 {
    Reading::First.number()
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Status {
    /// A process trains it, or was killed while it did.
    Running,
    /// Stopped by a signal or a time limit; can be resumed.
    Stopped,
    /// Trained to its end.
    Done,
    /// Ended by an error.
    Failed,
}

impl std::fmt::Display for Status {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Running => "running",
            Self::Stopped => "stopped",
            Self::Done => "done",
            Self::Failed => "failed",
        })
    }
}

impl RunRecord {
    /// Reads the record of the run in `folder`.
    ///
    /// # Errors
    /// [`RunError::Record`] when it is damaged, [`RunError::Io`] when it cannot be read.
    pub fn read(folder: &Path) -> Result<Self, RunError> {
        let path = folder.join(RECORD);
        let bytes = file::read(&path).map_err(RunError::read(&path))?;
        serde_json::from_slice(&bytes).map_err(|error| RunError::Record { path, reason: error.to_string() })
    }

    /// Writes the record durably.
    ///
    /// # Errors
    /// [`RunError::Io`].
    pub fn write(&self, folder: &Path) -> Result<(), RunError> {
        let path = folder.join(RECORD);
        write_durably(&path, &self.to_bytes()).map_err(RunError::io("write", &path))
    }

    /// The contents of `run.json`.
    pub fn to_bytes(&self) -> Vec<u8> {
        // Strings, numbers and metrics that write NaN as null: nothing that JSON refuses.
        let mut bytes = serde_json::to_vec_pretty(self).unwrap_or_default();
        bytes.push(b'\n');
        bytes
    }
}

/// The epochs of the run in `folder`; with `data.refit` those of the training that has validation metrics. A last line without
/// its end, which a killed process left, does not count.
///
/// # Errors
/// [`RunError::Metrics`] for a damaged line, [`RunError::Io`] when the file cannot be read.
pub fn read_epochs(folder: &Path) -> Result<Vec<EpochRecord>, RunError> {
    let holdout = folder.join(HOLDOUT);
    let is_refit = is_folder(&holdout).map_err(RunError::io("look at", &holdout))?;
    let path = if is_refit { holdout.join(METRICS) } else { folder.join(METRICS) };
    let bytes = match file::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(RunError::read(&path)(error)),
    };
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = bytes[..whole].split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(index, line)| {
            serde_json::from_slice(line).map_err(|error| RunError::Metrics {
                path: path.clone(),
                line: index + 1,
                reason: error.to_string(),
            })
        })
        .collect()
}
